"""What hydra and OmegaConf refuse: keys, overrides and configs of the command line."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root hydra-key-unknown, usage
  says    Could not override '
  says    ' is not in struct
  pattern Could not override '(?P<key>[^']+)'\.|(?<!ConfigAttributeError: )Key '(?P<key2>[^']+)' is
          not in struct
  cause   the command line sets a key that this program's config does not have: misspelt, or renamed
          in this release
  fix     `python -m PROGRAM --cfg job` prints all keys; write the present name; +KEY=VALUE adds one
          that is meant to be new
root hydra-key-not-in-config
  shows   ConfigAttributeError: Key '{key:[^']+}' is not in struct
  unless  Could not override '
  cause   the program reads {key}, which its config does not have: the config is of another release
          of the program, or its name is misspelt there
  fix     the config that belongs to this release, or its present name (full_key below says where);
          +KEY=VALUE on the command line adds it
root hydra-key-there-already, usage
  shows   Could not append to config. An item is already at '{key:[^']+}'
  cause   {key} is in the config already, and + only adds new keys
  fix     leave out the +, or write ++{key}=…
root hydra-config-missing
  says    Cannot find primary config '
  says    Primary config directory not found
  says    Primary config module '
  pattern Cannot find primary config '(?P<name>[^']+)'|Primary config directory not found|Primary
          config module '(?P<module>[^']+)' not
  cause   the config that --config-path and --config-name name is not there on this node
  fix     an absolute --config-path (a relative one counts from the script's folder), the same on
          every node
  checks  files.paths-in-the-command-are-there
root hydra-group-missing
  says    Available options in '
  says    ': Could not find '
  says    ': Could not load '
  pattern In '(?P<from>[^']+)': Could not (?:find|load) '(?P<name>[^']+)'
  cause   {from} includes {name}, which is not among the configs
  fix     one of the options that the message lists; `python -m PROGRAM --info searchpath`
root hydra-override-syntax
  says    "LexerNoViableAltException: "
  says    OverrideParseException
  says    mismatched input '
  says    no viable alternative at input '
  pattern OverrideParseException|LexerNoViableAltException: |(?:mismatched input '|no viable
          alternative at input ')[^']*'
  near    OverrideParseException|See https://hydra\.cc/docs/.*override_grammar
  cause   an argument is no KEY=VALUE that hydra reads: brackets, commas, = or spaces in a value
          were not quoted, or the shell took the quotes away
  fix     'key="value"' with both kinds of quotes; \\ before = and ,; lists as 'key=[a,b]'
root hydra-missing-value
  shows   Missing mandatory value: {key}
  cause   the config leaves {key} open (???), and nothing gives it
  fix     {key}=VALUE on the command line, or in the config
root hydra-interpolation
  says    Interpolation key '
  says    Environment variable '
  pattern (?:Interpolation key '|Environment variable ')(?P<key>[^']+)' not found(?!\. Do not start)
  cause   the config refers to a key or variable that is not there: {key}
  fix     set the variable in [env] of launch.toml (deepspeed passes only some on), or correct the
          reference in the config
root hydra-target-missing
  says    Error locating target '
  says    Error in call to target '
  pattern (?P<how>Error locating target|Error in call to target) '(?P<name>[^']+)'
  cause   hydra could not make {name}: the module is not importable on this node, has no such name,
          or its constructor failed
  fix     the error beside it says which; PYTHONPATH in [env], and the packages that it imports on
          every node
root omegaconf-value-type
  says    "could not be converted to "
  pattern Value '(?P<value>[^']*)' of type '\w+' could not be converted to (?P<type>\w+)
  cause   the config's value {value} should be a {type}
  fix     write it as such: numbers without quotes or units, true/false, null
root omegaconf-refused
  shows   omegaconf.errors.ValidationError: {why:.+}
  unless  could not be converted
  cause   a value of the config is not of the type or not among the values that the program
          declares: {why}
  fix     the key that full_key below names, in the YAML or on the command line
"""
)
