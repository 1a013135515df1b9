"""What tokenizers and chat templates say."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root tokenizer-too-old
  shows   data did not match any variant of untagged enum {kind:\w+}
  cause   the installed tokenizers (and transformers) is older than what wrote this tokenizer.json
  fix     `uv pip install -U transformers tokenizers` on every node
  checks  software.versions-are-equal
root tokenizer-class-missing
  shows   Tokenizer class {name:\w+} does not exist or is not currently imported
  cause   this transformers has no tokenizer class {name}: it is too old for this model, or the
          model was saved by a fork
  fix     `uv pip install -U transformers`; or correct tokenizer_class in tokenizer_config.json to
          that of the base model
  checks  software.versions-are-equal
root tokenizer-slow-conversion
  says    Couldn't instantiate the backend tokenizer from one of
  says    Converting from SentencePiece and Tiktoken failed
  says    Converting from Tiktoken failed
  says    `tiktoken` is required to read a `tiktoken` file
  cause   the fast tokenizer has to be built from a slow one, and sentencepiece or tiktoken is not
          installed, or tokenizer.json is missing from the folder
  fix     `uv pip install sentencepiece tiktoken protobuf` on every node, and copy all of the
          model's tokenizer files
  checks  files.needed-data-is-whole
root tokenizer-sentencepiece-missing
  says    requires the SentencePiece library but it was not found in your environment
  says    Cannot instantiate this tokenizer from a slow version
  cause   this tokenizer needs sentencepiece, which this interpreter does not have
  fix     `uv pip install sentencepiece protobuf` on every node
  checks  software.versions-are-equal
root tokenizer-no-pad-token
  says    Asking to pad but the tokenizer does not have a padding token
  says    Cannot handle batch sizes > 1 if no padding token is defined
  cause   the tokenizer (or the model's config) has no padding token, and batches need one
  fix     tokenizer.pad_token = tokenizer.eos_token, and model.config.pad_token_id =
          tokenizer.pad_token_id
root tokenizer-no-chat-template
  says    Cannot use chat template functions because tokenizer.chat_template is not set
  says    Cannot use apply_chat_template because this processor does not have a chat template
  says    No chat template is set for this tokenizer
  cause   the data are conversations, and this tokenizer has no chat template: it is a base model's
  fix     take the instruct model's tokenizer, or set tokenizer.chat_template (chat_template_path in
          TRL, chat_template in Axolotl, template in LLaMA-Factory)
root tokenizer-template-error
  says    jinja2.exceptions.TemplateError
  says    Conversation roles must alternate
  cause   the chat template refused a conversation of the data: roles in another order, or a role
          that the model does not know
  fix     merge or drop such messages (a system message into the first user message), or use a
          template that permits them
root tokenizer-input-type
  says    text input must be of type `str` (single example), `list[str]` (batch or single
          pretokenized example)
  says    text input must of type `str` (single example), `List[str]` (batch or single pretokenized
          example)
  says    TextEncodeInput must be Union[TextInputSequence, Tuple[InputSequence, InputSequence]]
  cause   the tokenizer got something that is no text: a field of the data is empty (None), a
          number, or a list of messages
  fix     filter rows whose text is missing, and apply the chat template before tokenizing
root tokenizer-unable-to-create-tensor
  says    Unable to create tensor, you should probably activate truncation and/or padding
  cause   samples of different lengths, or with nested fields, should become one tensor
  fix     padding=True and truncation=True, and remove columns that are no numbers
          (remove_columns=dataset.column_names)
noise tokenizer-fork-noise
  says    The current process just got forked, after parallelism has already been used. Disabling
          parallelism
  cause   the tokenizer was used before workers were forked; it says so and goes on
  fix     nothing; TOKENIZERS_PARALLELISM=false in [env] silences it
noise tokenizer-length-noise
  says    Token indices sequence length is longer than the specified maximum sequence length for
          this model
  cause   a text is longer than the model's longest sequence; harmless where it is cut or packed
          afterwards
  fix     nothing, if the text is truncated later; else max_length and truncation=True
root tokenizer-model-unreadable
  says    could not parse ModelProto from
  says    src/sentencepiece_processor.cc(
  pattern Internal: (?:could not parse ModelProto from (?P<path>\S+)|
          src/sentencepiece_processor\.cc\(\d+\))
  cause   tokenizer.model is no SentencePiece model: a git-lfs pointer, cut off, or of another
          tokenizer (tiktoken, as Llama 3's)
  fix     `ls -l` it on this node; download it again; use the fast tokenizer (tokenizer.json) where
          the model has one
  checks  files.needed-data-is-whole, files.same-files-are-equal
root tokenizer-not-found
  says    Can't load tokenizer for '
  says    Can't load the configuration of '
  says    Can't load the model for '
  says    Can't load image processor for '
  says    Can't load feature extractor for '
  pattern Can't load (?:tokenizer for|the configuration of|the model for|image processor for|feature
          extractor for) '(?P<path>[^']+)'
  cause   nothing to load was found under {path}: the path is not on this node, lacks these files,
          or a folder of that name hides the Hub's repository
  fix     `ls {path}` on this node; copy the whole model to the same path on every node; remove an
          empty folder of that name from the working directory
  checks  files.needed-files-exist, files.needed-data-is-whole
root tokenizer-added-token-order
  shows   Non-consecutive added token '{token:[^']*}' found. Should have index {want:\d+} but has
          index {have:\d+}
  cause   added_tokens.json does not fit the tokenizer: {token} should be {want} and is {have}; the
          files are of two tokenizers
  fix     copy all tokenizer files of one model; remove added_tokens.json that does not belong to it
  checks  files.same-files-are-equal
root tokenizer-vocabulary-not-whole
  says    Unable to load vocabulary from file
  says    Unable to instantiate HuggingFace AUTOTOKENIZER
  cause   the tokenizer's files are not whole or cannot be read: another rank still downloads them
          into the same cache, a download was cut off, or the path is wrong
  fix     delete that model's folder in the cache, download once before the start (`hf download
          REPO`), and let ranks read it from a path that all see
  checks  files.needed-data-is-whole
root tokenizers-already-borrowed
  says    RuntimeError: Already borrowed
  cause   one fast tokenizer is used by several threads at once, and one of them changes its padding
          or truncation
  fix     a tokenizer for each thread (copy.deepcopy), or all calls with the same padding and
          truncation
root tokenizers-panic
  says    pyo3_runtime.PanicException
  cause   a library written in Rust (tokenizers, safetensors) met something that its authors had
          ruled out: a file that is cut off, or one of another release
  fix     the lines before it name the place in Rust; load the model's files again from their
          source; update tokenizers and transformers together
  checks  software.versions-are-equal, files.needed-data-is-whole
root tokenizer-id-out-of-range
  says    out of range integral type conversion attempted
  cause   the tokenizer should decode a number that is no token id: -100 of labels, or a pad with -1
  fix     replace -100 by pad_token_id before batch_decode (np.where(labels != -100, labels,
          tokenizer.pad_token_id)), predictions too
root tokenizer-decode-nested
  says    argument 'ids': 'list' object cannot be interpreted as an integer
  cause   decode got a list of lists (a batch)
  fix     batch_decode, or decode for each row
root tokenizer-extra-special-tokens
  says    'list' object has no attribute 'keys'
  near    special_tokens
  cause   the tokenizer's files are of another release of transformers than the one installed
          (extra_special_tokens is written as a list by transformers 5)
  fix     the release that wrote them (`uv pip install -U transformers`), or the original model's
          tokenizer files
root chat-template-field-missing
  shows   UndefinedError: 'dict object' has no attribute '{name:role|content|tool_calls}'
  cause   the chat template reads `{name}` of each message, and the data's messages do not have it
          (ShareGPT has from and value)
  fix     convert the messages to role and content, or name the fields in the data's settings
          (dataset_info.json tags, message_property_mappings, `standardize` functions)
root tokenizer-file-no-json
  says    "Exception: expected value at line 1 column 1"
  says    "Exception: EOF while parsing "
  says    "Exception: expected ident at line "
  pattern ^(?:[\w.]+\.)?Exception: (?P<why>expected value at line 1 column 1|EOF while parsing
          .*|expected ident at line .*)
  near    tokenization_utils|tokenizers/|TokenizerFast\.from_file|Tokenizer\.from_file
  cause   tokenizer.json of the model's folder is no JSON ({why}): a git-lfs pointer, cut off,
          empty, or a page of a server in its place
  fix     `head -c 200 tokenizer.json` shows it; `git lfs pull`, or `hf download REPO --local-dir
          DIR` on every node again
  checks  files.needed-data-is-whole
"""
)
