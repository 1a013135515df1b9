"""What hydra and OmegaConf refuse: keys, overrides and configs of the command line."""

from __future__ import annotations

from checks.knowledge.failures.known import root

FAILURES = (
    root(
        "hydra-key-unknown",
        ("Could not override '", "is not in struct"),
        r"Could not override '(?P<key>[^']+)'\.|Key '(?P<key2>[^']+)' is not in struct",
        cause="the command line sets a key that this program's config does not have: misspelt, or "
        "renamed in this release",
        fix="`python -m PROGRAM --cfg job` prints all keys; write the present name; +KEY=VALUE "
        "adds one that is meant to be new",
    ),
    root(
        "hydra-key-there-already",
        "Could not append to config. An item is already at '",
        r"Could not append to config\. An item is already at '(?P<key>[^']+)'",
        cause="{key} is in the config already, and + only adds new keys",
        fix="leave out the +, or write ++{key}=…",
    ),
    root(
        "hydra-config-missing",
        (
            "Cannot find primary config '",
            "Primary config directory not found",
            "Primary config module '",
        ),
        r"Cannot find primary config '(?P<name>[^']+)'|Primary config directory not found|Primary "
        r"config module '(?P<module>[^']+)' not",
        cause="the config that --config-path and --config-name name is not there on this node",
        fix="an absolute --config-path (a relative one counts from the script's folder), the same "
        "on every node",
        checks=("files.paths-in-the-command-are-there",),
    ),
    root(
        "hydra-group-missing",
        ("Available options in '", "': Could not find '", "': Could not load '"),
        r"In '(?P<from>[^']+)': Could not (?:find|load) '(?P<name>[^']+)'",
        cause="{from} includes {name}, which is not among the configs",
        fix="one of the options that the message lists; `python -m PROGRAM --info searchpath`",
    ),
    root(
        "hydra-override-syntax",
        (
            "LexerNoViableAltException: ",
            "OverrideParseException",
            "mismatched input '",
            "no viable alternative at input '",
        ),
        r"OverrideParseException|LexerNoViableAltException: |(?:mismatched input '|no viable "
        r"alternative at input ')[^']*'",
        near=r"OverrideParseException|See https://hydra\.cc/docs/.*override_grammar",
        cause="an argument is no KEY=VALUE that hydra reads: brackets, commas, = or spaces in a "
        "value were not quoted, or the shell took the quotes away",
        fix="'key=\"value\"' with both kinds of quotes; \\\\ before = and ,; lists as 'key=[a,b]'",
    ),
    root(
        "hydra-missing-value",
        "Missing mandatory value: ",
        r"Missing mandatory value: (?P<key>\S+)",
        cause="the config leaves {key} open (???), and nothing gives it",
        fix="{key}=VALUE on the command line, or in the config",
    ),
    root(
        "hydra-interpolation",
        ("Interpolation key '", "Environment variable '"),
        r"(?:Interpolation key '|Environment variable ')(?P<key>[^']+)' not found"
        r"(?!\. Do not start)",
        cause="the config refers to a key or variable that is not there: {key}",
        fix="set the variable in [env] of launch.toml (deepspeed passes only some on), or correct "
        "the reference in the config",
    ),
    root(
        "hydra-target-missing",
        ("Error locating target '", "Error in call to target '"),
        r"(?P<how>Error locating target|Error in call to target) '(?P<name>[^']+)'",
        cause="hydra could not make {name}: the module is not importable on this node, has no "
        "such name, or its constructor failed",
        fix="the error beside it says which; PYTHONPATH in [env], and the packages that it "
        "imports on every node",
    ),
    root(
        "omegaconf-value-type",
        "could not be converted to ",
        r"Value '(?P<value>[^']*)' of type '\w+' could not be converted to (?P<type>\w+)",
        cause="the config's value {value} should be a {type}",
        fix="write it as such: numbers without quotes or units, true/false, null",
    ),
)
