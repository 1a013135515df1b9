"""What datasets and pyarrow say of the data that they read and write."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root datasets-script-refused
  shows   Dataset scripts are no longer supported, but found {file}
  cause   datasets 4 and newer run no loading scripts, and this dataset has one ({file})
  fix     a copy of the dataset in parquet (many have the branch refs/convert/parquet:
          revision="refs/convert/parquet"), or `uv pip install 'datasets<4'` with trust_remote_code
root datasets-not-found
  says    "DatasetNotFoundError: "
  says    doesn't exist on the Hub or cannot be accessed
  pattern Dataset '(?P<name>[^']+)' doesn't exist on the Hub or cannot be accessed|
          DatasetNotFoundError: (?P<what>.+)
  cause   the Hub has no dataset of this name for this rank (misspelt, private, or gated without a
          token), and there is no such folder on this node
  fix     check the name or the path on every node; HF_TOKEN in [env] for a private one
  checks  files.needed-files-exist
root datasets-no-data-files
  says    EmptyDatasetError
  says    DataFilesNotFoundError
  says    No (supported) data files found
  pattern (?:EmptyDatasetError|DataFilesNotFoundError|No \(supported\) data files
          found)(?P<what>(?! ?[a-z]).*)
  cause   the folder or repository has no files that datasets can read: it is empty on this node, or
          their ending is unknown
  fix     `ls` it on this node; name format and files: load_dataset("json", data_files=...)
  checks  files.needed-data-is-whole, files.needed-files-exist
root datasets-saved-to-disk
  says    You are trying to load a dataset that was saved using `save_to_disk`
  cause   the folder was written by save_to_disk, which load_dataset does not read
  fix     datasets.load_from_disk(PATH)
root datasets-not-a-saved-dataset
  says    is neither a `Dataset` directory nor a `DatasetDict` directory
  says    Expected to load a `Dataset` object but provided path is not a `Dataset`
  pattern Directory (?P<path>\S+) is neither a `Dataset` directory nor a `DatasetDict` directory|
          Expected to load a `Dataset` object but provided path is not a `Dataset`
  cause   the folder is no dataset that save_to_disk wrote, or was not copied whole to this node
  fix     `ls` it on this node (dataset_info.json, state.json, data-*.arrow must be there); for
          other formats load_dataset
  checks  files.needed-data-is-whole, files.same-files-are-equal
root datasets-no-examples
  says    Please pass `features` or at least one example when writing data
  cause   the data gave not one example: its file is empty, a pointer of Git LFS, of another format
          than was said, or a part of the path fits nothing
  fix     `ls -l` and `head -c 300` of the data file; correct the path or format, and delete the
          cached copy (download_mode="force_redownload")
  checks  files.needed-data-is-whole
root datasets-generation-error
  says    datasets.exceptions.DatasetGenerationError: An error occurred while generating the dataset
  says    datasets.builder.DatasetGenerationError: An error occurred while generating the dataset
  cause   a file of the data could not be read or does not fit the others; the traceback above this
          line says which and why
  fix     read the error before `The above exception was the direct cause`; correct or remove that
          file
  checks  files.needed-data-is-whole
  follows datasets-cast-error, disk-full, datasets-no-examples
root datasets-cast-error
  says    DatasetGenerationCastError
  says    because column names don't match
  says    CastError: Couldn't cast
  says    Couldn't cast array of type
  pattern (?:DatasetGenerationCastError|because column names don't match|CastError: Couldn't cast|
          Couldn't cast array of type
          (?P<type>.+))
  cause   the files of the data have different columns or types: a field is a number in one and text
          in another, or is missing in some
  fix     make the fields alike in all files, load them apart, or give features= to load_dataset
root datasets-column-missing
  shows   Column name {missing:\[[^\]]*\]|\S+} not in the dataset. Current columns in the dataset:
          {columns:\[[^\]]*\]}
  cause   the data has no {missing}; its columns are {columns}
  fix     name the right column in the config, or rename it (dataset.rename_column)
root datasets-split-missing
  says    Unknown split "
  pattern Unknown split "(?P<split>[^"]+)"\. Should be one of (?P<splits>\[[^\]]*\])
  cause   the dataset has no split {split}; there are {splits}
  fix     name one of them, or take a part of train: split="train[:1%]"
root datasets-config-missing
  says    Config name is missing.
  says    BuilderConfig '
  pattern (?:Config name is missing\.|BuilderConfig '(?P<name>[^']+)' not found\. Available:
          (?P<available>\[[^\]]*\]))
  cause   the dataset has several configurations, and the one named (or none) is not among them
  fix     load_dataset(NAME, CONFIG) with one of those that the message lists
root datasets-disk-space
  says    Not enough disk space. Needed:
  pattern Not enough disk space\. Needed: (?P<needed>[^(]+)
  cause   the cache of datasets needs {needed} on this node
  fix     HF_DATASETS_CACHE or HF_HOME in [env] to a disk with room, or streaming=True
  checks  files.home-and-caches-have-room
root datasets-shards-uneven
  says    the number of shards exceeds the number of samples
  says    Unable to shard a dataset of size
  cause   there are fewer samples than ranks or workers that should share them
  fix     fewer ranks or num_proc, or more data
root datasets-arrow-offset-overflow
  says    offset overflow while concatenating arrays
  says    There was an overflow with type
  cause   one column of a batch is larger than 2 GB, which arrow's plain lists cannot hold
  fix     smaller writer_batch_size (and batch_size) in map, or large_string/large_list features
root datasets-arrow-file-broken
  says    pyarrow.lib.ArrowInvalid: Parquet magic bytes not found in footer
  says    pyarrow.lib.ArrowInvalid: Not an Arrow file
  says    Parquet file size is 0 bytes
  says    ArrowInvalid: Tried reading schema message, was null or length 0
  says    Unexpected end of stream: Page was smaller
  cause   a file of data is empty, cut off or of another format than its name: its download or its
          writing was interrupted, or it is a git-lfs pointer
  fix     `ls -l` it on this node and compare with the head's; download it again; remove the cache
          of datasets that holds it
  checks  files.needed-data-is-whole, files.same-files-are-equal
root datasets-json-mixed-column
  says    "JSON parse error: "
  says    Conversion failed for column
  pattern JSON parse error: |Conversion failed for column
  near    Conversion failed for column (?P<column>\S+) with type
  cause   the column {column} of a JSON file has values of two kinds (a text, a number, a list or an
          object in one row and another of these in the next)
  fix     write {column} in one form in every row (what is a list stays one, also of one entry; a
          message as an object with the same keys), or load only files that agree
  checks  files.needed-data-is-whole
root datasets-arrow-json
  says    JSON parse error:
  pattern (?:ArrowInvalid: )?JSON parse error: (?P<what>.+)
  cause   a JSON or JSON-lines file of the data has an error ({what}): a row that is no JSON, or a
          field with two types
  fix     check the row; a file that is one large list needs load_dataset("json", data_files=...,
          field=...)
  checks  files.needed-data-is-whole
root datasets-pyarrow-missing-symbol
  shows   module 'pyarrow' has no attribute '{name:\w+}'
  cause   datasets and pyarrow do not fit each other: one of them is too old
  fix     `uv pip install -U datasets pyarrow` on every node
  checks  software.versions-are-equal
root datasets-fsspec-version
  says    Loading a dataset cached in a LocalFileSystem is not supported
  says    Invalid pattern: '**' can only be an entire path component
  cause   datasets is too old for the installed fsspec
  fix     `uv pip install -U datasets` on every node (2.14.6 or newer), or `uv pip install
          'fsspec<2023.10'`
  checks  software.versions-are-equal
root datasets-map-lengths
  says    but got length
  pattern Column (?P<index>\d+) named (?P<name>\S+) expected length (?P<want>\d+) but got length
          (?P<have>\d+)
  cause   a function of dataset.map(batched=True) returned columns of different lengths, or the old
          columns were kept beside them
  fix     remove_columns=dataset.column_names in map, and the same number of rows in each column
root datasets-cache-missing
  shows   Failed to open local file '{path:[^']+\.arrow}'
  near    [Nn]o such file or directory
  cause   a prepared part of the data, {path}, is not on this node: another node or rank wrote it to
          a cache that is not shared, or two wrote it at once
  fix     HF_DATASETS_CACHE on a file system that every node mounts, prepared once before the start;
          or on each node's own disk, prepared by its local rank 0 (main_process_first(local=True),
          LLaMA-Factory: data_shared_file_system)
  checks  files.shared-folders-are-shared-everywhere, files.caches-can-be-written
root datasets-offline-not-cached
  shows   Dataset {name} is not cached in {path}
  cause   the network is switched off (HF_DATASETS_OFFLINE, HF_HUB_OFFLINE) or out of reach, and
          {name} is not in {path} of this node
  fix     load it once where the hub is reachable with the same HF_HOME, or copy that cache to every
          node
  checks  files.needed-data-is-whole
root datasets-unreachable
  shows   Couldn't reach '{name:[^']+}' on the Hub ({why:[^)]+})
  cause   the hub did not answer for {name} ({why}): no network, no proxy, or it is switched off on
          this node; where {name} is meant as a folder, there is none of that name here
  fix     `curl -sI https://huggingface.co` on that node; load once elsewhere and copy the cache,
          then HF_HUB_OFFLINE=1; for a folder of your own its whole path, on every node
root datasets-format-not-inferred
  says    Couldn't infer the same data file format for all splits
  cause   files of several formats lie in the data set's folder, or no format can be told from their
          names
  fix     name them: load_dataset("json", data_files=…), in a folder with nothing else
root datasets-column-taken
  says    already in the dataset. Please choose a column name
  says    "Error when renaming "
  pattern already in the dataset\. Please choose a column name|Error when renaming .* to .*:
  cause   a column would be renamed or added under a name that the data set has already
  fix     remove_columns first, or another name
root datasets-map-worker-lost
  says    still contains None - at least one worker failed to return
  cause   a process of map() died without a word, most often for host memory
  fix     fewer num_proc and a smaller batch_size/writer_batch_size; free memory on that node
  checks  limits.memory-is-free, limits.group-allows-enough-memory
root datasets-tmpdir
  shows   TMPDIR is set to '{path:[^']+}' but {why:(?:it is not|the directory does not).+}
  cause   TMPDIR names {path}, which this node does not have
  fix     `mkdir -p {path}` on every node, or unset TMPDIR
  checks  files.temporary-folder-is-usable
root datasets-overwrites-itself
  says    but a dataset can't overwrite itself
  cause   a data set is saved to the folder it was loaded from
  fix     save_to_disk into another folder
root datasets-stream-lengths
  shows   Column lengths mismatch: columns {columns} have length
  cause   map in batches returned columns of different lengths: rows were added or dropped in some
          alone
  fix     return every column with the new number of rows, and remove_columns= of the old ones
root arrow-cast-of-kinds
  shows   ArrowNotImplementedError: Unsupported cast from {one:.+?} to {other:\S+}
  cause   a field of the data has {one} in one file or row and {other} in another
  fix     make the field one kind in all files (a list or dict as a JSON string), or load with
          features= that fits
root datasets-sizes-differ
  says    NonMatchingSplitsSizesError
  says    ExpectedMoreSplitsError
  says    UnexpectedSplitsError
  cause   the data is not as large as its own description says: the download was cut off, or the
          data changed after it was described
  fix     remove it from ~/.cache/huggingface/datasets and load again with
          download_mode="force_redownload"; verification_mode="no_checks" where the data is meant to
          differ
  checks  files.needed-data-is-whole
root arrow-mapping-refused
  says    Memory mapping file failed: Cannot allocate memory
  cause   the kernel lets this process map no more files: a limit of address space or mappings, with
          thousands of Arrow files open on each rank
  fix     `ulimit -v unlimited`; vm.max_map_count=1000000; fewer, larger files, or keep_in_memory
          where it fits
  checks  limits.memory-is-free, limits.kernel-lends-memory
root parquet-damaged
  says    Could not open Parquet input source
  cause   a Parquet file of the data is empty, cut off or none: its download was interrupted, it is
          a git-lfs pointer, or another rank still writes it
  fix     `ls -l` of it on that node; load it again (git lfs pull, force_redownload); one rank
          prepares, the others wait
root arrow-memory
  shows   ArrowMemoryError: {why:.+}
  cause   the machine, or its container or job, gave Arrow no more memory ({why})
  fix     fewer workers (num_proc) and smaller batches; streaming=True; more --mem
root csv-columns-differ
  shows   Error tokenizing data. C error: {why:.+}
  cause   a CSV file has rows with other numbers of fields than its head ({why}): quotes or line
          breaks within values, or another separator
  fix     sep=, quotechar= and escapechar= as it was written; on_bad_lines="skip" drops such rows
root evaluate-ranks-apart
  says    Expected to find locked file
  says    Error during finalization: Unable to find all cache files
  cause   a metric of `evaluate` that is computed over several ranks does not find the files of the
          others: they are on other nodes' disks, or an earlier run left its own
  fix     cache_dir on a file system that every node mounts and experiment_id of this run, or gather
          the predictions (gather_for_metrics) and compute on rank 0 alone
root datasets-arrow-json-column-types
  says    "JSON parse error: Column("
  pattern JSON parse error: Column\((?P<column>[^)]*)\) changed from (?P<one>\w+) to (?P<other>\w+)
  cause   a field of a JSON file ({column}; empty: the whole row) has values of two types: {one} in
          one row and {other} in another, as a text here and a list there (the row number is of the
          block, and says little)
  fix     write each field with one type in every row (all texts, or all lists), as JSON lines, and
          remove the datasets' cache of it; `jq -c 'map_values(type)' FILE | sort | uniq -c` shows
          the odd rows
  checks  files.needed-data-is-whole
root datasets-decoder-missing
  shows   To support decoding {what:\w+} data, please install '{package:[\w-]+}'
  cause   datasets decodes {what} with {package}, which this interpreter lacks, or cannot load
  fix     `uv pip install {package}` of the release that fits torch on every node (torchcodec also
          needs FFmpeg there); or `uv pip install 'datasets<4'`, which decodes audio with soundfile;
          Audio(decode=False) where only paths are needed
"""
)
