"""What tokenizers and chat templates say."""

from __future__ import annotations

from checks.knowledge.failures.known import noise, root

FAILURES = (
    root(
        "tokenizer-too-old",
        "data did not match any variant of untagged enum",
        r"data did not match any variant of untagged enum (?P<kind>\w+)",
        cause="the installed tokenizers (and transformers) is older than what wrote this "
        "tokenizer.json",
        fix="`uv pip install -U transformers tokenizers` on every node",
        checks=("software.versions-are-equal",),
    ),
    root(
        "tokenizer-class-missing",
        "does not exist or is not currently imported",
        r"Tokenizer class (?P<name>\w+) does not exist or is not currently imported",
        cause="this transformers has no tokenizer class {name}: it is too old for this model, or "
        "the model was saved by a fork",
        fix="`uv pip install -U transformers`; or correct tokenizer_class in "
        "tokenizer_config.json to that of the base model",
        checks=("software.versions-are-equal",),
    ),
    root(
        "tokenizer-slow-conversion",
        (
            "Couldn't instantiate the backend tokenizer from one of",
            "Converting from SentencePiece and Tiktoken failed",
            "Converting from Tiktoken failed",
            "`tiktoken` is required to read a `tiktoken` file",
        ),
        cause="the fast tokenizer has to be built from a slow one, and sentencepiece or tiktoken "
        "is not installed, or tokenizer.json is missing from the folder",
        fix="`uv pip install sentencepiece tiktoken protobuf` on every node, and copy all of the "
        "model's tokenizer files",
        checks=("files.needed-data-is-whole",),
    ),
    root(
        "tokenizer-sentencepiece-missing",
        (
            "requires the SentencePiece library but it was not found in your environment",
            "Cannot instantiate this tokenizer from a slow version",
        ),
        cause="this tokenizer needs sentencepiece, which this interpreter does not have",
        fix="`uv pip install sentencepiece protobuf` on every node",
        checks=("software.versions-are-equal",),
    ),
    root(
        "tokenizer-no-pad-token",
        (
            "Asking to pad but the tokenizer does not have a padding token",
            "Cannot handle batch sizes > 1 if no padding token is defined",
        ),
        cause="the tokenizer (or the model's config) has no padding token, and batches need one",
        fix="tokenizer.pad_token = tokenizer.eos_token, and model.config.pad_token_id = "
        "tokenizer.pad_token_id",
    ),
    root(
        "tokenizer-no-chat-template",
        (
            "Cannot use chat template functions because tokenizer.chat_template is not set",
            "Cannot use apply_chat_template because this processor does not have a chat template",
            "No chat template is set for this tokenizer",
        ),
        cause="the data are conversations, and this tokenizer has no chat template: it is a base "
        "model's",
        fix="take the instruct model's tokenizer, or set tokenizer.chat_template "
        "(chat_template_path in TRL, chat_template in Axolotl, template in LLaMA-Factory)",
    ),
    root(
        "tokenizer-template-error",
        (
            "jinja2.exceptions.TemplateError",
            "Conversation roles must alternate",
        ),
        r"jinja2\.exceptions\.TemplateError: (?P<what>.+)|Conversation roles must alternate",
        cause="the chat template refused a conversation of the data ({what}): roles in another "
        "order, or a role that the model does not know",
        fix="merge or drop such messages (a system message into the first user message), or use a "
        "template that permits them",
    ),
    root(
        "tokenizer-input-type",
        (
            "text input must be of type `str` (single example), `list[str]` (batch or single "
            "pretokenized example)",
            "text input must of type `str` (single example), `List[str]` (batch or single "
            "pretokenized example)",
            "TextEncodeInput must be Union[TextInputSequence, Tuple[InputSequence, InputSequence]]",
        ),
        cause="the tokenizer got something that is no text: a field of the data is empty (None), "
        "a number, or a list of messages",
        fix="filter rows whose text is missing, and apply the chat template before tokenizing",
    ),
    root(
        "tokenizer-unable-to-create-tensor",
        "Unable to create tensor, you should probably activate truncation and/or padding",
        cause="samples of different lengths, or with nested fields, should become one tensor",
        fix="padding=True and truncation=True, and remove columns that are no numbers "
        "(remove_columns=dataset.column_names)",
    ),
    noise(
        "tokenizer-fork-noise",
        "The current process just got forked, after parallelism has already been used. Disabling "
        "parallelism",
        cause="the tokenizer was used before workers were forked; it says so and goes on",
        fix="nothing; TOKENIZERS_PARALLELISM=false in [env] silences it",
    ),
    noise(
        "tokenizer-length-noise",
        "Token indices sequence length is longer than the specified maximum sequence length for "
        "this model",
        cause="a text is longer than the model's longest sequence; harmless where it is cut or "
        "packed afterwards",
        fix="nothing, if the text is truncated later; else max_length and truncation=True",
    ),
)
