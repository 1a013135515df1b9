"""What is said of files that should be text, JSON or YAML."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root python-ascii-decode
  says    codec can't decode byte
  says    codec can't encode character
  pattern Unicode(?:De|En)codeError: '(?P<codec>ascii|latin-1|cp1252|ANSI_X3\.4-1968)' codec can't
          (?:decode byte|encode character)
  cause   this rank reads or writes text as {codec}: the shell that started it has no UTF-8 locale
  fix     PYTHONUTF8=1 (or LC_ALL=C.UTF-8) in [env] or .deepspeed_env
  checks  software.text-is-utf-8
root python-not-utf8
  shows   UnicodeDecodeError: 'utf-8' codec can't decode byte {byte:0x[0-9a-f]+} in position
          {position:\d+}
  cause   a file that was read as text is not UTF-8 (byte {byte} at {position}): it is compressed or
          binary, or was written in another encoding
  fix     `file PATH`; name the right format (data_files of the right loader), or convert with iconv
  checks  files.needed-data-is-whole
root python-null-bytes
  says    source code string cannot contain null bytes
  says    source code cannot contain null bytes
  cause   a Python file is full of zeros: it was cut off while it was written, as at a crash or on a
          full disk
  fix     write it again on that node: `uv pip install --reinstall --no-cache PACKAGE`, or copy your
          own file again
  checks  files.same-files-are-equal, limits.disks-report-no-error
root python-json-empty
  says    json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
  says    JSONDecodeError: Expecting value: line 1 column 1 (char 0)
  cause   a file or answer that should be JSON is empty or something else (an error page, a git-lfs
          pointer, a file that another rank still writes)
  fix     the frame above names the file: look at its size on that node; write it on one rank alone,
          and let the others wait at a barrier
  checks  files.needed-data-is-whole, files.same-files-are-equal
  follows ds-config-not-readable
root python-json-syntax
  says    "JSONDecodeError: "
  pattern JSONDecodeError: (?P<what>(?:Expecting (?!value: line 1 column 1 )|Extra data|Unterminated
          string|Invalid control|Illegal trailing comma).*): line (?P<line>\d+) column
          (?P<column>\d+)
  cause   a JSON file has an error at line {line}, column {column}: {what}
  fix     `python -m json.tool FILE` shows the place; the frame above names the file; a file of JSON
          lines needs a loader for lines
  checks  deepspeed.config-is-readable, files.needed-data-is-whole
root python-yaml-syntax
  says    yaml.scanner.ScannerError
  says    yaml.parser.ParserError
  cause   a YAML file has an error; the lines below name the file, line and column
  fix     correct it: spaces not tabs, a space after each colon, quotes round values with a colon or
          #
  checks  accelerate.config-is-accepted
"""
)
