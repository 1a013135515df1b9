"""What a rank does not find to read: data, models, the Hub."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root dataset-item-not-indexed
  says    "KeyError: "
  pattern KeyError: '(?P<name>[^']*[\d/.-][^']*)'
  near    File "(?P<file>(?!\S*(?:site|dist)-packages/)\S+\.py)", line (?P<line>\d+), in
          __getitem__\n.*\]\n(?:[ ~^]+\n)?KeyError: '
  cause   the dataset's own code ({file}:{line}) looks up {name}, which its index does not have: the
          list of samples and what was extracted or downloaded for them are not of one set
  fix     run the extraction for this split to its end, or drop {name} from the list of samples
  checks  files.needed-data-is-whole
root data-path-relative
  says    "[Errno 2] No such file or directory: '"
  pattern FileNotFoundError: \[Errno 2\] No such file or directory:
          '(?P<path>(?!/|[\w.+-]*://|<)(?=[^']*[/.])[^']+)'$
  cause   {path} is a relative path: it is looked for in the folder that the rank was started in,
          which is another than it was written for, or the file is not on this node
  fix     write its whole path, or start in the folder that it is relative to; `ls -l` it on that
          node, and list it under `exist` in launch.toml
  checks  files.paths-in-the-command-are-there, files.needed-files-exist
root data-path-missing
  says    FileNotFoundError
  says    [Errno 2] No such file or directory: '
  pattern ^(?!.*(?:resource_tracker: '|Checkpoint at .* not found\.
          Aborting|-packages/\S+\.so\b)).*?(?:\[Errno 2\] No such file or directory:
          '|FileNotFoundError.*?(?:'[^']*[/.][^']*'|[^\w/](?:\.{0,2}|\w+)/[\w./-]+))
  cause   a file or directory is not on this node: misspelt, only on the head, not mounted into the
          container, or made by rank 0 on a file system that is not shared
  fix     `ls -ld` it on that node, within the container: correct the path or the mount, or copy it
          to every node at the same path, and list it under `exist` in launch.toml
  checks  files.paths-in-the-command-are-there, files.shared-folders-are-shared-everywhere,
          files.needed-files-exist, files.same-files-are-equal
root hf-offline
  shows   We couldn't connect to '{url:https?://[^']+}' to load
  cause   the model is not in this node's cache, and the node cannot reach {url}; deepspeed does not
          pass on HF_HOME, HF_TOKEN, HF_HUB_OFFLINE and proxies
  fix     download the model to a shared HF_HOME before the start, and set these variables in
          .deepspeed_env or [env]
  checks  files.needed-data-is-whole, files.needed-files-exist
root hf-gated
  says    Cannot access gated repo for url
  says    GatedRepoError
  says    You are trying to access a gated repo
  cause   the model needs a token, and the rank has none or one without access
  fix     accept its licence on the Hub, and set HF_TOKEN in [env]
root batch-item-none
  says    batch must contain tensors, numpy arrays, numbers,
  pattern batch must contain tensors, numpy arrays, numbers,.*found <?(?:class )?'?(?P<kind>[\w.]+)
  cause   the data set gave a sample that the default collate cannot join ({kind}): __getitem__
          returned None for a sample that failed to load, or an object of another type
  fix     return a tensor, number, dict or list for every sample; drop samples that fail in a
          collate_fn of your own
root batch-items-differ
  says    each element in list of batch should be of equal size
  cause   samples of one batch are lists of different lengths, and nothing pads them
  fix     a collate_fn that pads (DataCollatorWithPadding and its kin), or padding="max_length" when
          tokenizing
root dataloader-arguments-refused
  says    "ValueError: "
  near    torch/utils/data/dataloader\.py", line \d+, in __init__\n(?:    .*\n){1,9}ValueError:
          (?P<what>.+)
  cause   torch's DataLoader does not accept its arguments: {what}
  fix     correct them where the loader is made: num_workers above 0 for prefetch_factor and
          persistent_workers; no shuffle, sampler or batch_sampler with an IterableDataset (shuffle
          and split inside it)
root iterable-without-length
  shows   object of type '{kind:\w*(?:Iterable|Stream|Dataset)\w*}' has no len()
  cause   the data are a stream ({kind}) without a length, and something asks for one: a sampler,
          steps per epoch, a progress bar
  fix     max_steps in place of epochs; no sampler or shuffle in the loader; or a map-style data set
symptom worker-asserts-child, survivable
  says    can only test a child process
  cause   a data loader with workers was forked into another process (by a tool, a notebook, or a
          loader within a loader's worker), and is taken down there: as a rule a message at the end,
          no cause
  fix     read the first error above it; make loaders in the process that reads them
root data-row-without-field
  shows   KeyError: '{key:[^']+}'
  near    Caught KeyError in DataLoader worker process
  unless  site-packages/(?!torch/utils/data)[\w/.-]+", line \d+, in \w+\n.*\n(?:[
          ~^]+\n)?KeyError: '
  cause   a row of the data has no `{key}`, which the function at the end of the traceback reads:
          the data were prepared by another version of the program, or some of their rows lack it
  fix     print the keys of that row there; prepare the data again with this version's script, or
          leave out rows without it; the same data on every node (`sha256sum` of the index files)
root data-column-missing
  says    "KeyError: "
  pattern KeyError: ['"](?P<name>\w+)['"]
  near    \b(?:kwargs|examples?|batch|samples?|rows?|items?|features?|inputs?|records?|
          instances?)\[["'](?P<column>\w+)["']\][^\n]*\n(?:[ ~^]+\n)?[^\n]*KeyError:
          ['"](?P=column)['"]
  unless  Caught KeyError in DataLoader worker process
  cause   the function that the traceback names (a reward, a collator, a preprocessing step) reads
          the column {column}, which the data has not under this name, or which the trainer took out
          before
  fix     print(dataset.column_names); rename the column (rename_column) or the key in that
          function; remove_unused_columns=False keeps columns that the model does not take
root index-file-missing-on-node
  shows   ValueError: Memory Map for {path} is not found, missing one or more of files: {files:.+}
  cause   the index of {path} is not on this node: rank 0 of the whole run builds it, on its own
          node, and the folder is not shared with the others
  fix     the data, or index_mapping_dir, in a folder that all nodes share; or build the index on
          each node first (copy {files} to it)
  checks  files.needed-data-is-whole
"""
)
