"""What the Hugging Face Hub and its client say of downloads, tokens and caches."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root hub-unauthorized
  says    401 Client Error: Unauthorized for url:
  says    401 Client Error. (Request ID:
  says    Client error '401 Unauthorized' for url 'https://huggingface.co
  pattern (?:401 Client Error: Unauthorized for url: https?://(?:huggingface\.co|
          hf-mirror\.com)(?P<url>\S*)|401 Client Error\. \(Request ID:|Client error '401
          Unauthorized' for url 'https://huggingface\.co(?P<url2>[^']*))
  unless  Cannot access gated repo|Access to model .* is restricted
  cause   the Hub does not accept this rank's token: none was sent (the repository is private or
          misspelt), or it is expired; deepspeed does not pass on HF_TOKEN
  fix     `hf auth whoami` on that node; set HF_TOKEN in [env] or .deepspeed_env; download before
          the start and set HF_HUB_OFFLINE=1
root hub-forbidden
  says    403 Client Error: Forbidden for url: https://huggingface.co
  says    403 Forbidden: None.
  says    Client error '403 Forbidden' for url 'https://huggingface.co
  pattern (?:403 Client Error: Forbidden for url: https://huggingface\.co|403 Forbidden: None\.|
          Client error '403 Forbidden' for url 'https://huggingface\.co)
  unless  Cannot access gated repo|Access to model .* is restricted
  cause   the token is known and may not do this: no access to the repository, or a fine-grained
          token without the right (write, for a push)
  fix     accept the repository's licence with that account, or make a token with read access to it
          (write for push_to_hub); set it as HF_TOKEN in [env]
root hub-gated-restricted
  says    "Access to model "
  says    "Access to dataset "
  pattern Access to (?:model|dataset) (?P<repository>\S+) is restricted
  cause   {repository} is gated: the account of the token has not been given access, or no token was
          sent
  fix     ask for access on its page with the account of HF_TOKEN, and set HF_TOKEN in [env]
          (deepspeed does not pass it on)
root hub-repository-not-found
  says    RepositoryNotFoundError: 404 Client Error
  says    is not a local folder and is not a valid model identifier listed on
  pattern RepositoryNotFoundError: 404 Client Error|(?P<repository>\S+) is not a local folder and is
          not a valid model identifier listed on
  cause   the Hub has no such repository (the name is wrong, or it is private and no token was
          sent), and there is no such folder on this node either
  fix     check the name, or the path on every node (`ls PATH`); for a private one HF_TOKEN in [env]
  checks  files.needed-files-exist
root hub-path-as-repo-id
  says    Repo id must be in the form 'repo_name' or 'namespace/repo_name'
  says    Repo id must use alphanumeric chars
  pattern Repo id must (?:be in the form 'repo_name' or 'namespace/repo_name': |use alphanumeric
          chars.*: )'(?P<path>[^']+)'
  cause   {path} is a path, and this node does not have it, so that it was taken for a repository's
          name
  fix     copy or mount it at the same path on every node, and list it under `exist` in launch.toml
  checks  files.needed-files-exist, files.shared-folders-are-shared-everywhere
root hub-entry-not-found
  says    EntryNotFoundError: 404
  says    does not appear to have a file named
  says    does not appear to have files named
  unless  couldn't connect to|LocalEntryNotFoundError
  cause   the repository or folder lacks the file that the line names: a part of it was not
          downloaded or copied, it is an adapter without its base, or the name is that of another
          kind of model
  fix     `ls` that folder on this node, and compare it with the head's; download it whole (`hf
          download REPO`); for a LoRA adapter load the base model first
  checks  files.needed-data-is-whole, files.same-files-are-equal
root hub-no-weights-in-folder
  says    Error no file named
  pattern Error no file named (?P<file>\S+?),? .*found in directory (?P<path>\S+?)\.?$
  cause   {path} holds no weights: the download or the save was interrupted, the weights are ZeRO or
          FSDP shards, or only an adapter is there
  fix     `ls -l {path}` on this node; for shards merge them (`python -m launcher weights CHECKPOINT
          -o OUT`, accelerate merge-weights); download again otherwise
  checks  files.needed-data-is-whole, files.checkpoints-can-be-resumed
root hub-revision-not-found
  says    RevisionNotFoundError
  cause   the repository has no such revision (branch, tag or commit)
  fix     leave revision out, or take one of the repository's page
root hub-rate-limited, survivable
  says    429 Client Error: Too Many Requests for url: https://huggingface.co
  says    429 Too Many Requests: you have reached your
  says    Client error '429 Too Many Requests' for url 'https://huggingface.co
  pattern 429 Client Error: Too Many Requests for url: https://huggingface\.co|429 Too Many
          Requests: you have reached your|Client error '429 Too Many Requests' for url
          'https://huggingface\.co
  cause   the Hub limits this address: every rank of every node asks it at once
  fix     download once before the start ([start] before, `hf download REPO`) into a shared HF_HOME,
          and set HF_HUB_OFFLINE=1 in [env]; a token (HF_TOKEN) raises the limit
  checks  files.needed-data-is-whole
root hub-offline-not-cached
  says    Cannot find the requested files in the disk cache and outgoing traffic has been disabled
  says    Cannot find an appropriate cached snapshot folder for the specified revision on the local
          disk and outgoing traffic has been disabled
  says    OfflineModeIsEnabled
  says    offline mode is enabled. To disable it, please unset the `HF_HUB_OFFLINE` environment
          variable
  says    Couldn't reach the Hugging Face Hub for dataset '
  cause   the run is offline (HF_HUB_OFFLINE, HF_DATASETS_OFFLINE or TRANSFORMERS_OFFLINE is set),
          and this node's cache lacks the files
  fix     download them first with the same HF_HOME (`hf download REPO`), on a shared file system or
          on every node; HF_HOME must be set in [env] too
  checks  files.hub-cache-is-whole, files.needed-data-is-whole
root hub-unreachable, survivable
  says    An error happened while trying to locate the file
  says    Max retries exceeded with url: /
  says    (MaxRetryError("HTTPSConnectionPool(host='huggingface.co'
  pattern An error happened while trying to locate the files? on the Hub|
          HTTPSConnectionPool\(host='(?:huggingface\.co|cdn-lfs[\w.-]*|cas-server[\w.-]*|
          transfer\.xethub[\w.-]*)'(?!.*CERTIFICATE_VERIFY).*Max retries exceeded with url: /|
          \(MaxRetryError\(\x22HTTPSConnectionPool\(host='huggingface\.co'(?!.*CERTIFICATE_VERIFY)
  cause   this node cannot reach the Hub: no route to the internet, or a proxy that this rank does
          not know (deepspeed passes no HTTPS_PROXY on)
  fix     download before the start into a shared HF_HOME and set HF_HUB_OFFLINE=1 in [env]; or
          HTTPS_PROXY (and HF_ENDPOINT of a mirror) in [env]
  checks  files.needed-data-is-whole, software.proxy-spares-the-nodes
root hub-incomplete-download
  shows   Consistency check failed: file should be of size {wanted:\d+} but has size {have:\d+}
  cause   a download was cut off: {have} of {wanted} bytes, as on a full disk or a bad connection
  fix     `df -h` for HF_HOME on that node; remove the .incomplete file and download again, once,
          before the start
  checks  files.home-and-caches-have-room
root hub-transfer-missing
  says    Fast download using 'hf_transfer' is enabled (HF_HUB_ENABLE_HF_TRANSFER=1) but
          'hf_transfer' package is not available
  cause   HF_HUB_ENABLE_HF_TRANSFER=1 is set, and hf_transfer is not installed
  fix     unset it (huggingface_hub 1.0 and newer use hf_xet), or `uv pip install hf_transfer`
root hub-version-of-transformers
  shows   {need:[\w-]+[<>=!][^ ]*} is required for a normal functioning of this module, but found
          {found:[\w-]+==\S+}
  cause   transformers needs {need}, and {found} is installed
  fix     `uv pip install '{need}'`, or update transformers, the same on every node
  checks  software.versions-are-equal
root hub-removed-name
  shows   cannot import name
          '{name:cached_download|HfFolder|split_torch_state_dict_into_shards|is_offline_mode|
          Repository|OfflineModeIsEnabled|get_full_repo_name|hf_cache_home}'
          from 'huggingface_hub'
  history asked
  cause   a package asks huggingface_hub for `{name}`, which the installed release does not have:
          cached_download, HfFolder and Repository were removed (0.26, 1.0), the others are newer
          than it
  fix     update the package that the traceback names (diffusers, transformers, peft …), or `uv pip
          install 'huggingface_hub<0.26'` for cached_download, 'huggingface_hub<1' for HfFolder; for
          a name that is missing because it is new `uv pip install -U huggingface_hub`
  checks  software.versions-are-equal
root hub-cache-not-writable, survivable
  says    There was a problem when trying to write in your cache folder
  pattern There was a problem when trying to write in your cache folder \((?P<path>[^)]+)\)
  cause   the cache {path} cannot be written by this account on this node
  fix     set HF_HOME in [env] to a folder that is there and writable on every node
  checks  files.home-and-caches-have-room, files.output-is-writable
root hub-xet, survivable
  says    Data processing error: CAS service error
  says    Data processing error: File reconstruction error
  says    CAS Client Error
  pattern (?:Data processing error: (?:CAS service error|File reconstruction error)|CAS Client
          Error(?=:))(?!.*(?:\b40[13] [UF]|IO Error: |did not match expected))(?P<why>.*)
  cause   the Hub's storage (Xet) did not answer this node: a proxy or firewall lets huggingface.co
          through, but not cas-server.xethub.hf.co and transfer.xethub.hf.co
  fix     permit these hosts, or HF_HUB_DISABLE_XET=1 in [env]; download once before the start into
          a shared HF_HOME
  checks  software.proxy-spares-the-nodes, files.needed-data-is-whole
root hub-base-model-path-after-training
  shows   Repo id must be in the form 'repo_name' or 'namespace/repo_name': '{path:[^']+}'
  near    Training Completed|model_info\(cfg\.base_model\)|create_model_card
  cause   training is over; what looks the base model up for the model's card took its local path
          {path} for a repository's name
  fix     the weights are in the output folder where saving was logged; update the trainer, or name
          the base model by its repository
root hub-blob-missing
  says    Blob missing (broken symlink):
  says    The cached snapshot for '
  pattern Blob missing \(broken symlink\): (?P<path>\S+)|The cached snapshot for '(?P<repo>[^']+)'
          .*is incomplete
  cause   the cache of the hub is not whole: links without their files, as after a copy without them
          or an interrupted download
  fix     copy caches with `rsync -a` (links kept) with blobs and snapshots together, or delete that
          model's folder and download again
  checks  files.needed-data-is-whole
root hub-pointer-path
  says    Invalid pointer path: cannot create pointer path in snapshot folder
  cause   a file name of the repository does not fit the cache: the cache folder is given by a
          relative path or through links
  fix     HF_HOME=/an/absolute/path in [env]
root hub-force-offline
  says    Cannot pass 'force_download=True' when offline mode is enabled
  says    Cannot pass 'force_download=True' and 'local_files_only=True'
  cause   a download is forced while the hub is switched off (HF_HUB_OFFLINE, local_files_only)
  fix     unset one of the two on every node
root hub-not-a-hub
  says    so it does not seem to be served by a Hugging Face H
  says    Distant resource does not have an ETag, we won't be able
  cause   what answers is not the hub: a proxy, a mirror (HF_ENDPOINT) or a login page of the
          network
  fix     `curl -sI $HF_ENDPOINT/gpt2/resolve/main/config.json` on that node; correct HF_ENDPOINT or
          the proxy, or download elsewhere and set HF_HUB_OFFLINE=1
root hub-read-timeout
  says    The read operation timed out
  says    Read timed out. (read timeout=
  near    huggingface|hf_hub|hf\.co
  cause   a download from the hub stalled: slow or filtered network, or all ranks of all nodes
          download at once
  fix     download once (`hf download REPO`) to a folder that all see, or on each node by one rank,
          then HF_HUB_OFFLINE=1; HF_HUB_DOWNLOAD_TIMEOUT=60
root storage-credentials-missing
  says    botocore.exceptions.NoCredentialsError: Unable to locate credentials
  says    google.auth.exceptions.DefaultCredentialsError
  cause   this node has no credentials for the cloud storage that the program reads or writes
  fix     the same credentials on every node: ~/.aws/credentials or an instance role;
          GOOGLE_APPLICATION_CREDENTIALS with a file that is there; pass the variables on ([env],
          -x)
  checks  software.variables-are-equal
root hub-server-error, survivable
  shows   {status:50[0234]} Server Error: {why:.+?} for url: https://huggingface.co
  cause   the Hub itself failed ({status}), or a proxy before it
  fix     start again later; download once before the start (`hf download REPO`) into a shared
          HF_HOME and set HF_HUB_OFFLINE=1 in [env]; status.huggingface.co
root hub-xet-refused
  says    Data processing error: CAS service error
  says    Data processing error: File reconstruction error
  says    "CAS Client Error: "
  pattern (?:Data processing error: CAS service error|Data processing error: File reconstruction
          error|CAS Client Error: ).*?(?P<why>\b40[13] (?:Unauthorized|Forbidden))
  cause   the Hub's storage (Xet) answered this node and refused ({why}): the token has no right to
          the repository or ran out, or a proxy on the way refuses its hosts cas-server.xethub.hf.co
          and transfer.xethub.hf.co
  fix     `hf auth whoami` on that node and HF_TOKEN in [env]; ask for access on the model's page;
          HF_HUB_DISABLE_XET=1 in [env] takes the older way, which says more
  checks  files.needed-data-is-whole
root hub-xet-local-files
  says    Data processing error: CAS service error
  says    Data processing error: File reconstruction error
  says    "Data processing error: I/O error"
  pattern (?:Data processing error: CAS service error ?: IO Error|Data processing error: File
          reconstruction error ?: IO Error|Data processing error: I/O error): (?P<why>[A-Z][\w ]+?)
          \(os error \d+\)
  cause   the download from the Hub's storage (Xet) could not read or write its files on this node
          ({why}): the file system of HF_HOME does not take what it does (a network mount that times
          out, no room, no right)
  fix     HF_HOME (or HF_XET_CACHE) on a local disk of the node in [env], or HF_HUB_DISABLE_XET=1;
          download once before the start
  checks  files.home-and-caches-have-room, files.network-mounts-answer
root hub-xet-parts-differ
  shows   result term data length {got:\d+} did not match expected value {wanted:\d+}
  cause   a part of a file came from the Hub's storage (Xet) in another size than it should have
          ({got} for {wanted} bytes): cut off or altered by a proxy, or a fault of an older hf_xet
  fix     `uv pip install -U hf_xet`, `rm -r ~/.cache/huggingface/xet` (HF_XET_CACHE) and once more;
          HF_HUB_DISABLE_XET=1 in [env] takes the older way
"""
)
