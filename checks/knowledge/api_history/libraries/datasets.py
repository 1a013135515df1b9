"""datasets: which releases have what; written by scripts/api_history."""

PROJECT = "datasets"

RELEASES = r"""
2.12 2.13 2.14 2.15 2.16 2.17 2.18 2.19 2.20 2.21 3.0 3.1 3.2 3.3 3.4 3.5 3.6 4.0 4.1 4.2 4.3 4.4
4.5 4.6 4.7 4.8 5.0 5.1 5.2
"""

BASES = r"""
ArrowBasedBuilder DatasetBuilder
AudioClassification TaskTemplate
AutomaticSpeechRecognition TaskTemplate
BeamBasedBuilder DatasetBuilder
BeamPipeline Pipeline
Column Sequence
GeneratorBasedBuilder DatasetBuilder
ImageClassification TaskTemplate
LanguageModeling TaskTemplate
List Sequence
QuestionAnsweringExtractive TaskTemplate
Summarization TaskTemplate
TextClassification TaskTemplate
_CountableBuilderMixin DatasetBuilder
"""

CHANGES = r"""
.
 +2.13 experimental
 +2.16 are_progress_bars_disabled disable_progress_bars enable_progress_bars
  get_dataset_default_config_name tqdm
 +2.20-2.21 ExpectedMoreDownloadedFiles ExpectedMoreSplits UnexpectedDownloadedFile
  UnexpectedSplits _deprecated_info_utils
 +2.21 LargeList
 +3.1 Video
 +3.5 Pdf
 +4.0 Column IterableColumn List
 +4.4 Nifti
 +4.7 Json
 +5.0 Mesh
 +5.1 BioSequence BioStructure
 -2.21 AudioClassification AutomaticSpeechRecognition BeamBasedBuilder ImageClassification
  LanguageModeling Metric MetricInfo QuestionAnsweringExtractive Summarization TaskTemplate
  TextClassification _arrow_dataset _deprecated_download_manager _utils inspect_dataset
  inspect_metric list_datasets list_metrics load_metric set_caching_enabled
arrow_dataset
 +2.13 Dataset._generate_tables_from_cache_file,_generate_tables_from_shards ListLike Literal
  _memory_mapped_record_batch_reader_from_file
 +2.14 Dataset.push_to_hub(config_name) MetadataConfigs
  PUSH_TO_HUB_WITHOUT_METADATA_CONFIGS_SPLIT_PATTERN_SHARDED glob_pattern_to_regex
  sanitize_patterns string_to_dict
 +2.14-2.21 deprecated
 +2.15 Dataset.push_to_hub(commit_message,create_pr,revision)
 +2.16 Dataset.push_to_hub(commit_description,set_default) hf_tqdm
 +2.16-2.18 list_files_info preupload_lfs_files
 +2.17 Dataset.filter(with_rank) Dataset.push_to_hub(data_dir)
 +2.19 Dataset.from_polars,skip,take,to_polars
 +2.21 Dataset.batch
 +3.0 Dataset.add_column(feature)
 +3.1 Video
 +3.3 Dataset.repeat async_get_indices_from_mask_function
 +3.5 Dataset.map(try_original_type)
 +4.0 Column List _fix_for_backward_compatible_features Column.__init__(column_name,source)
  Dataset._fast_select_column,_push_parquet_shards_to_hub_single Dataset.push_to_hub(num_proc)
 +4.7 Dataset.from_dict(on_mixed_types) Dataset.from_list(on_mixed_types)
  Dataset.map(on_mixed_types)
 +4.8 _batch_arrow_table _get_updated_dataset_card _push_to_bucket _push_to_repo
 +4.8-5.0 BucketNotFoundError HfFileSystemResolvedBucketPath HfFileSystemResolvedRepositoryPath
 +5.0 Dataset._decode_json_columns_pandas Dataset.batch(by_column)
  _batch_accumulate_arrow_table_by_columns
 -2.12 Dataset._generate_examples_from_shards PythonFormatter
 -2.13 DatasetMetadata
 -2.14 DownloadConfig cached_path extract_path_from_uri hf_hub_url
 -2.15 _retry
 -2.21 Dataset.export,prepare_for_task,task_templates Dataset.load_from_disk(fs)
  Dataset.push_to_hub(branch) Dataset.save_to_disk(fs) Dataset.sort(kind) TaskTemplate
  transmit_tasks unique_values
 -2.21+4.0 Dataset.to_dict(batched)
 -3.6 Sequence
arrow_reader
 +2.17 hf_tqdm
 +2.19-2.21 deprecated
 -2.21 cached_path
arrow_writer
 +2.16-2.21 hf_tqdm
 +3.1 Audio Video _visit
 +3.1-4.0 get_writer_batch_size
 +3.5 Pdf first_non_null_non_empty_value
 +4.0 List
 +4.1 convert_file_size_to_int get_arrow_writer_batch_size_from_features
  get_writer_batch_size_from_data_size get_writer_batch_size_from_features
 +4.6 require_storage_embed
 +4.7 find_mixed_struct_types_field_paths get_json_field_path_from_pyarrow_json_error
  get_json_field_paths_from_feature insert_json_field_path json_encode_field
  json_encode_fields_in_json_lines set_json_types_in_feature ujson_dumps
 +5.1 get_parquet_column_options
 -2.16 array_concat
 -2.21 BeamWriter get_parquet_lengths hash_url_to_filename parquet_to_arrow
 -3.4 first_non_null_value
 -4.3 DuplicatedKeysError KeyHasher
builder
 +2.13 ArrowExamplesIterable FileFormatError DatasetBuilder._file_format
 +2.14 DatasetBuilder.dataset_name,token
 +2.14-2.15 DatasetBuilder._has_legacy_cache
 +2.16 BuilderConfig._resolve_data_files CastError DataFilesPatternsDict
  DatasetGenerationCastError DatasetModule hf_tqdm tracked_list xjoin
  DatasetBuilder._check_legacy_cache,_check_legacy_cache2,_legacy_relative_data_dir,_use_legacy_cache_dir_if_possible
 +2.19 DatasetBuilder.config_kwargs
 +2.19-2.21 deprecated
 +4.4 Key
 +4.5 ArrowBasedBuilder._generate_shards GeneratorBasedBuilder._generate_shards
 +4.6 _CountableBuilderMixin
 +4.8 DatasetBuilder._record_checksums
 +5.0 DatasetBuilder.SLEEP_ON_THREADS_SHUTDOWNS _concatenate_iterable_datasets
 -2.12 _generate_examples_from_tables_wrapper
 -2.15 DatasetBuildError
 -2.21 BeamBasedBuilder BeamWriter DatasetNotOnHfGcsError HF_GCP_BASE_URL MissingBeamOptions
  MissingFilesOnHfGcsError MockDownloadManager cached_path xopen
  BeamBasedBuilder.__init__(beam_options,beam_runner)
  DatasetBuilder._download_prepared_from_hf_gcs,use_auth_token
  DatasetBuilder.as_dataset(ignore_verifications)
 -3.6 DatasetBuilder._save_infos,get_all_exported_dataset_infos,get_exported_dataset_info
  DatasetInfosDict
 -4.3 DatasetBuilder._check_manual_download,manual_download_instructions DuplicatedKeysError
  ManualDownloadError
 -4.7
  DatasetBuilder._download_post_processing_resources,_post_process,_post_processing_resources,_record_infos,download_post_processing_resources
  DatasetBuilder.as_dataset(run_post_process,verification_mode) PostProcessedInfo
  get_size_checksum_dict
builder.bak
 +2.13-2.15+2.17-2.17+2.19-2.20 . BeamBasedBuilder.__init__(beam_options,beam_runner)
  BuilderConfig.__init__(data_dir,data_files,description,name,version)
  DatasetBuilder.__init__(base_path,cache_dir,config_name,data_dir,data_files,features)
  DatasetBuilder.__init__(hash,info,name,repo_id,storage_options,use_auth_token)
  DatasetBuilder.__init__(writer_batch_size)
combine
 +2.13 DatasetDict IterableDatasetDict Literal
config
 +2.13 PARQUET_ROW_GROUP_SIZE_FOR_AUDIO_DATASETS PARQUET_ROW_GROUP_SIZE_FOR_BINARY_DATASETS
  PARQUET_ROW_GROUP_SIZE_FOR_IMAGE_DATASETS
 +2.14 FSSPEC_VERSION HUB_DATASETS_HFFS_URL METADATA_CONFIGS_FIELD
 +2.15 UPLOADS_MAX_NUMBER_PER_COMMIT
 +2.16 ENV_VARS_FALSE_AND_AUTO_VALUES ENV_VARS_FALSE_VALUES HF_DATASETS_DISABLE_PROGRESS_BARS
  HF_HUB_VERSION TEMP_CACHE_DIR_PREFIX USE_PARQUET_EXPORT
 +2.16-3.6 HF_DATASETS_TRUST_REMOTE_CODE TIME_OUT_REMOTE_CODE
 +2.17 REPOCARD_FILENAME REPOYAML_FILENAME
 +2.19 HF_DATASETS_MULTITHREADING_MAX_WORKERS POLARS_AVAILABLE POLARS_VERSION
 +2.21 HF_HUB_OFFLINE _offline
 +3.1 DUCKDB_AVAILABLE DUCKDB_VERSION PARQUET_ROW_GROUP_SIZE_FOR_VIDEO_DATASETS
 +3.1-3.3 DECORD_AVAILABLE
 +3.3 MAX_NUM_RUNNING_ASYNC_MAP_FUNCTIONS_IN_PARALLEL
 +3.4 TORCHVISION_AVAILABLE
 +3.5 PDFPLUMBER_AVAILABLE
 +4.0 TORCHCODEC_AVAILABLE
 +4.1 ARROW_RECORD_BATCH_SIZE_FOR_AUDIO_DATASETS ARROW_RECORD_BATCH_SIZE_FOR_BINARY_DATASETS
  ARROW_RECORD_BATCH_SIZE_FOR_IMAGE_DATASETS ARROW_RECORD_BATCH_SIZE_FOR_VIDEO_DATASETS
  DEFAULT_CDC_OPTIONS MAX_ROW_GROUP_SIZE
 +4.3 STREAMING_OPEN_MAX_RETRIES STREAMING_OPEN_RETRY_INTERVAL
 +4.4 NIBABEL_AVAILABLE SAVE_ORIGINAL_SHARD_LENGTHS STREAMING_READ_RATE_LIMIT_RETRY_INTERVAL
  STREAMING_READ_SERVER_UNAVAILABLE_RETRY_INTERVAL
 +4.6 ARCHIVES_MAX_NUMBER_FOR_MODULE_INFERENCE
 +5.0 SLEEP_TIME_ON_THREADS_SHUTDOWN TEICH_AVAILABLE TRIMESH_AVAILABLE
 +5.1 BIOPYTHON_AVAILABLE
 -2.15 get_logger
 -2.21 BEAM_AVAILABLE BEAM_VERSION CLOUDFRONT_METRICS_DISTRIB_PREFIX DEFAULT_HF_METRICS_CACHE
  HF_METRICS_CACHE METRIC_INFO_FILENAME REPO_METRICS_URL S3_METRICS_BUCKET_PREFIX USE_BEAM
 -4.5 ARCHIVED_DATA_FILES_MAX_NUMBER_FOR_MODULE_INFERENCE
  DATA_FILES_MAX_NUMBER_FOR_MODULE_INFERENCE GLOBBED_DATA_FILES_MAX_NUMBER_FOR_MODULE_INFERENCE
data_files
 +2.14 DownloadConfig _get_origin_metadata _get_single_origin_metadata
  _prepare_path_and_storage_options config get_data_patterns is_local_path resolve_pattern
  xbasename xjoin
 +2.14-2.18 DEFAULT_PATTERNS_SPLIT_IN_PATH_NAME KEYWORDS_IN_PATH_NAME_BASE_PATTERNS
 +2.14-3.3 get_metadata_patterns
 +2.14-3.6 glob_pattern_to_regex
 +2.16 DataFilesPatternsDict DataFilesPatternsList hf_tqdm
 +2.17 _split_re
 +2.20 SingleOriginMetadata
 +4.4 DEFAULT_PATTERNS_LOGS
 +5.1 DEFAULT_PATTERNS_HARBOR
 -2.13 HfFileSystem _get_origin_metadata_locally_or_by_urls
  _get_single_origin_metadata_locally_or_by_urls _resolve_single_pattern_in_dataset_repository
  _resolve_single_pattern_locally get_data_patterns_in_dataset_repository
  get_data_patterns_locally get_metadata_patterns_in_dataset_repository
  get_metadata_patterns_locally hf_hub_url is_remote_url request_etag
  resolve_patterns_in_dataset_repository resolve_patterns_locally_or_by_urls
 -2.13+2.19 DEFAULT_PATTERNS_SPLIT_IN_DIR_NAME DEFAULT_PATTERNS_SPLIT_IN_FILENAME
  KEYWORDS_IN_DIR_NAME_BASE_PATTERNS KEYWORDS_IN_FILENAME_BASE_PATTERNS
 -3.3 METADATA_PATTERNS _get_metadata_files_patterns
dataset_dict
 +2.13 DatasetDict.flatten_indices IterableDatasetDict.filter(fn_kwargs)
  IterableDatasetDict.map(fn_kwargs)
 +2.14 DatasetDict.push_to_hub(config_name)
 +2.14-2.21 deprecated
 +2.14-4.7 MetadataConfigs PUSH_TO_HUB_WITHOUT_METADATA_CONFIGS_SPLIT_PATTERN_SHARDED asdict
  glob_pattern_to_regex string_to_dict
 +2.15 DatasetDict.push_to_hub(commit_message,create_pr,revision)
 +2.16 DatasetDict.push_to_hub(commit_description,set_default)
 +2.16-2.18 list_files_info
 +2.17 DatasetDict.filter(with_rank) DatasetDict.push_to_hub(data_dir)
 +3.4 DatasetDict.map(with_split) IterableDatasetDict.map(with_split) bind
 +3.6 DatasetDict.map(try_original_type)
 +4.0 DatasetDict.push_to_hub(num_proc) IterableDataset
  IterableDatasetDict._check_values_features,_check_values_type,column_names,num_columns,push_to_hub
 +4.7 DatasetDict.map(on_mixed_types)
 +4.8 IterableDatasetDict.push_to_hub(max_shard_size) _get_updated_dataset_card _push_to_bucket
  _push_to_repo
 +4.8-5.0 BucketNotFoundError HfFileSystemResolvedBucketPath HfFileSystemResolvedRepositoryPath
 +5.1 IterableDatasetDict.shuffle(max_buffer_input_shards)
 -2.13 DatasetMetadata
 -2.14 DownloadConfig cached_path extract_path_from_uri hf_hub_url is_remote_filesystem
 -2.21 DatasetDict.load_from_disk(fs) DatasetDict.prepare_for_task DatasetDict.push_to_hub(branch)
  DatasetDict.save_to_disk(fs) DatasetDict.sort(kind) TaskTemplate
 -4.7 DatasetInfo DatasetInfosDict SplitDict
download.download_config
 +2.14 DownloadConfig.__init__(token) config
 +2.19 DownloadConfig.__init__(disable_tqdm,extract_on_the_fly)
 -2.21 DownloadConfig.__init__(ignore_url_params,use_auth_token)
download.download_manager
 +2.14-2.21 deprecated
 +2.16 hf_tqdm tracked_str
 +2.16-2.18 TrackedIterable
 +2.17 stack_multiprocessing_download_progress_bars
 +2.19 DownloadManager._download_batched,_download_single
 -2.15 is_progress_bar_enabled
 -2.15+2.19 tqdm
 -2.18 BASE_KNOWN_EXTENSIONS MAGIC_NUMBER_MAX_LENGTH MAGIC_NUMBER_TO_COMPRESSION_PROTOCOL
  MAGIC_NUMBER_TO_UNSUPPORTED_COMPRESSION_PROTOCOL _IterableFromGenerator _get_extraction_protocol
  _get_extraction_protocol_with_magic_number _get_path_extension DownloadManager._download
 -2.21 DeprecatedEnum GenerateMode get_from_cache hash_url_to_filename size_str
  DownloadManager.download_custom,ship_files_with_pipeline DownloadManager.extract(num_proc)
download.mock_download_manager
 -2.21 .
download.streaming_download_manager
 +2.14 _prepare_path_and_storage_options
 +2.14-2.18 _prepare_single_hop_path_and_storage_options get_datasets_user_agent
 +2.15 xpyarrow_parquet_read_table
 +2.19 StreamingDownloadManager._download_single
 +3.1
  StreamingDownloadManager.downloaded_size,get_recorded_sizes_checksums,manage_extracted_files,record_checksums
 -2.13 _prepare_http_url_kwargs is_remote_url
 -2.18 BASE_KNOWN_EXTENSIONS COMPRESSION_EXTENSION_TO_PROTOCOL COMPRESSION_FILESYSTEMS
  MAGIC_NUMBER_MAX_LENGTH MAGIC_NUMBER_TO_COMPRESSION_PROTOCOL
  MAGIC_NUMBER_TO_UNSUPPORTED_COMPRESSION_PROTOCOL NonStreamableDatasetError
  SINGLE_SLASH_AFTER_PROTOCOL_PATTERN _IterableFromGenerator _add_retries_to_file_obj_read_method
  _as_str _get_extraction_protocol_with_magic_number config get_authentication_headers_for_url
  http_head is_local_path StreamingDownloadManager._download
exceptions
 +2.14 .
 +2.16 CastError DataFilesNotFoundError DatasetBuildError DatasetGenerationCastError
  DatasetGenerationError DatasetNotFoundError FileFormatError FileNotFoundDatasetsError
  ManualDownloadError config tracked_list tracked_str
 +2.16-2.20 TrackedIterable
 +2.20 ChecksumVerificationError ExpectedMoreDownloadedFilesError ExpectedMoreSplitsError
  NonMatchingChecksumError NonMatchingSplitsSizesError SplitsVerificationError
  UnexpectedDownloadedFileError UnexpectedSplitsError
 +2.20-2.21 ChecksumVerificationException ExpectedMoreDownloadedFiles ExpectedMoreSplits
  SplitsVerificationException UnexpectedDownloadedFile UnexpectedSplits deprecated
 +2.21 TrackedIterableFromGenerator
features
 +2.21 LargeList
 +3.1 Video
 +3.5 Pdf
 +4.0 List
 +4.4 Nifti
 +4.7 Json
 +5.0 Mesh
 +5.1 BioSequence BioStructure
features._torchcodec
 +4.0 .
features.audio
 +2.14 DownloadConfig
 +4.0 Audio.__init__(stream_index) Audio.embed_storage(token_per_repo_id) encode_torchcodec_audio
  is_local_path
 +4.4 Audio.__init__(num_channels)
 +4.8 Audio.embed_storage(local_files,remote_files) is_remote_url
 -2.14 _audioread_warned _ffmpeg_warned _librosa_warned
 -3.6 Audio.__init__(mono) xsplitext
features.bio_sequence
 +5.1 . BioSequence.__init__(_type,decode,dtype,format,id,pa_type)
features.bio_structure
 +5.1 . BioStructure.__init__(_type,decode,dtype,format,id,pa_type)
features.features
 +2.13 _visit
 +2.19 _FEATURE_TYPES experimental register_feature
 +2.21 LargeList LargeList.__init__(_type,id,pa_type)
 +2.21-2.21 LargeList.__init__(dtype)
 +3.0 LargeList.__init__(feature)
 +3.1 Video
 +3.4 _VisitPath _visit_with_path
 +3.5 Pdf encode_pdfplumber_pdf
 +4.0 Features.decode_column(token_per_repo_id) List _fix_for_backward_compatible_features
  List.__init__(_type,feature,id,length,pa_type)
 +4.4 Nifti encode_nibabel_image
 +4.7 Json _is_null_feature ujson_dumps ujson_loads Json.__init__(_type,decode,id,pa_type)
 +5.0 Mesh
 +5.1 BioSequence BioStructure encode_bio_seqrecord encode_bio_structure
 -3.6 Sequence.__init__(_type,dtype,feature,id,length,pa_type)
features.image
 +2.14 DownloadConfig
 +2.19 Image.__init__(mode)
 +4.0 Image.embed_storage(token_per_repo_id)
 +4.8 Image.embed_storage(local_files,remote_files) is_remote_url
features.mesh
 +5.0 . Mesh.__init__(_type,decode,dtype,id,pa_type)
features.nifti
 +4.4 . Nifti.__init__(_type,decode,dtype,id,pa_type)
 +4.8 Nifti.embed_storage(local_files,remote_files) is_remote_url
features.pdf
 +3.5 . Pdf.__init__(_type,decode,dtype,id,pa_type)
 +4.0 Pdf.embed_storage no_op_if_value_is_null
 +4.8 Pdf.embed_storage(local_files,remote_files) is_remote_url
features.video
 +3.1 . Video.__init__(_type,decode,dtype,id,pa_type)
 +3.1-3.3 _patched_get_batch _patched_init _patched_next encode_decord_video patch_decord
 +3.4 Example hf_video_reader
 +3.4-3.6 encode_torchvision_video
 +4.0 Video.__init__(device,dimension_order,num_ffmpeg_threads,seek_mode,stream_index)
  encode_torchcodec_video
 +4.6 Video.embed_storage no_op_if_value_is_null
 +4.8 Video.embed_storage(local_files,remote_files) is_remote_url
filesystems
 +2.15-2.21 deprecated
 +5.0 EXTENSION_TO_COMPRESSION_FS_FILE_CLS
 -2.13 HfFileSystem
 -2.18 _reset_fsspec_lock
 -2.21 S3FileSystem _has_s3fs extract_path_from_uri
filesystems.hffilesystem
 -2.13 . HfFileSystem.__init__(repo_info,token)
filesystems.s3filesystem
 +2.14-2.21 deprecated
 -2.21 .
fingerprint
 +2.16 _TempCacheDir config
 +2.17 fingerprint_rng
 -2.15 ConcatenationTable DatasetInfo InMemoryTable MemoryMappedTable Table
  _TempDirWithCustomCleanup _hash_dataset_info _hash_pa_table asdict
 -2.21 deprecated hashregister set_caching_enabled
formatting
 +2.13 TensorFormatter
 +2.19 PolarsFormatter _polars_error
 +3.3 TableFormatter
formatting.formatting
 +2.13 TensorFormatter
 +3.3 ArrowFormatter.column_type,table_type Formatter.__init__(token_per_repo_id)
  PandasFormatter.column_type,table_type PythonFormatter.__init__(token_per_repo_id)
  TableFormatter
 -3.4 config
formatting.jax_formatter
 +2.13 TensorFormatter
 -2.12 Formatter
formatting.np_formatter
 +2.13 TensorFormatter
 -2.12 Formatter
formatting.polars_formatter
 +2.19 . PolarsFormatter.__init__(features)
 +2.19-3.2 TensorFormatter
 +3.3 PolarsFormatter.column_type,table_type TableFormatter
formatting.tf_formatter
 +2.13 TensorFormatter
 -2.12 Formatter
formatting.torch_formatter
 +2.13 TensorFormatter
 +4.2-4.5 _torch_available torch
 -2.12 Formatter
 -4.1+4.6 map_nested
hub
 +2.20 .
 +2.20-3.6 convert_to_parquet get_dataset_config_names get_dataset_default_config_name
  load_dataset
info
 +2.14 DatasetInfo.__init__(dataset_name)
 -2.13 DatasetMetadata
 -2.14 is_remote_filesystem
 -2.21 DatasetInfo.__init__(task_templates) DatasetInfo.from_directory(fs)
  DatasetInfo.write_to_directory(fs) MetricInfo TaskTemplate Value task_template_from_dict
  MetricInfo.__init__(citation,codebase_urls,config_name,description,experiment_id,features)
  MetricInfo.__init__(format,homepage,inputs_description,license,metric_name,reference_urls)
  MetricInfo.__init__(streamable)
inspect
 +2.14 get_dataset_builder_class
 +2.16 get_dataset_default_config_name
 +2.16-2.21 config
 -2.21 deprecated import_main_class inspect_dataset inspect_metric list_datasets list_metrics
  metric_module_factory relative_to_absolute_path
io.csv
 +2.16 hf_tqdm
 -2.15 logging
io.generator
 +2.21 NamedSplit Split
io.json
 +2.16 hf_tqdm
 +4.8 get_json_field_paths_from_feature json_decode_field
 -2.15 logging
io.parquet
 +2.13-3.0 Audio FeatureType Image Value _visit
 +2.13-4.0 get_writer_batch_size
 +2.16 hf_tqdm
 +4.1 get_writer_batch_size_from_data_size get_writer_batch_size_from_features
 +4.6-5.0 require_storage_embed
 +5.1 get_parquet_column_options
 -2.15 logging
io.sql
 +2.16 hf_tqdm
 -2.15 logging
iterable_dataset
 +2.13 ArrowExamplesIterable Dataset FormattingConfig Key Literal TensorFormatter
  _convert_to_arrow cast_table_to_features cast_to_python_objects get_formatter
  read_schema_from_file IterableDataset.__init__(formatting)
  IterableDataset._formatting,from_file,from_spark IterableDataset.filter(fn_kwargs)
 +2.13-2.19 _HasNextIterator
 +2.13-2.20 _batch_arrow_tables
 +2.13-4.5 ShuffledDataSourcesArrowExamplesIterable
 +2.14 _rename_columns_fn add_column_fn identity_func
 +2.20 IterableDataset._starting_state_dict,_state_dict,load_state_dict,state_dict
 +2.21 IterableDataset.batch,epoch IterableDataset.from_generator(split)
  RebatchedArrowExamplesIterable Split _maybe_share_with_torch_persistent_workers
 +2.21-3.3 IterableDataset._prepared_ex_iterable
 +3.1 IterableDataset.num_shards,shard
 +3.3 ArrowFormatter FormattedExamplesIterable RepeatExamplesIterable TableFormatter Value
  _add_mask _table_output_to_arrow add_mask async_add_mask IterableDataset.repeat
 +3.4 IterableDataset.decode _apply_async _visit
 +4.0 IterableColumn List PathLike SplitInfo _fix_for_backward_compatible_features _split_re
  embed_table_storage hf_tqdm iflatmap_unordered require_decoding
  IterableColumn.__init__(column_name,source)
  IterableDataset._push_parquet_shards_to_hub,_push_parquet_shards_to_hub_single,num_columns,push_to_hub,to_csv,to_dict
  IterableDataset.to_json,to_list,to_pandas,to_parquet,to_polars,to_sql
 +4.0-4.7 DatasetInfosDict MetadataConfigs
  PUSH_TO_HUB_WITHOUT_METADATA_CONFIGS_SPLIT_PATTERN_SHARDED SplitDict asdict
  glob_pattern_to_regex sanitize_patterns string_to_dict
 +4.3 _batch_fn
 +4.4 BuilderKey shift_ex_examples_rngs
 +4.6 IterableDataset.from_csv,from_dict,from_json,from_list,from_pandas,from_parquet
  IterableDataset.from_polars,from_text,reshard _generate_tables_from_polars
 +4.8 IterableDataset.push_to_hub(max_shard_size) _batch_arrow_table _push_to_bucket _push_to_repo
  convert_file_size_to_int
 +4.8-5.0 BucketNotFoundError HfFileSystemResolvedBucketPath HfFileSystemResolvedRepositoryPath
 +5.0 DataSourcesShufflingDisallowed _batch_accumulate_arrow_table_by_columns IterableDataset._map
  IterableDataset.batch(by_column) IterableDataset.shuffle(max_buffer_input_shards)
 +5.1 InterleavedShardsExamplesIterable _PRIMITIVE_TYPES _fast_copy _split_evenly
  IterableDataset._write_parquet_shards
 +5.2 _LazyThreadPoolExecutor _features_with_decoding
 -2.12 HasNextIterator _generate_examples_from_tables_wrapper IterableDataset._format_type
 -2.18 _reset_fsspec_lock
 -2.21 IterableDataset.__init__(format_type) IterableDataset.task_templates
 -3.2 TypedExamplesIterable
 -4.5 IterableDataset.__init__(shuffling) IterableDataset._effective_generator,_shuffling
  ShuffledDataSourcesExamplesIterable ShufflingConfig
 -4.7 _apply_feature_types_on_batch
keyhash
 -4.3 .
load
 +2.13 _MODULE_TO_EXTENSIONS
 +2.14 BuilderConfig BuilderConfigsParameters Hasher MetadataConfigs
  _InitializeConfiguredDatasetBuilder camelcase_to_snakecase configure_builder_class
  create_builder_configs_from_metadata_configs get_data_patterns get_dataset_builder_class
  infer_module_for_data_files_list infer_module_for_data_files_list_in_archives
  snakecase_to_camelcase xbasename
 +2.14-2.15 update_hash_with_config_parameters
 +2.14-3.3 get_metadata_patterns
 +2.16 DataFilesNotFoundError DataFilesPatternsDict DatasetNotFoundError
  HubDatasetModuleFactoryWithParquetExport
 +2.16-2.18 _datasets_server
 +2.16-3.3 DataFilesPatternsList
 +2.16-3.6 _get_importable_file_path _load_importable_file _raise_timeout_error
  resolve_trust_remote_code
 +2.19 _dataset_viewer hf_dataset_url
 +2.19-3.6 lock_importable_file
 +2.21 PathLike
 +2.21-3.6 _check_library_imports
 +3.0 get_datasets_user_agent
 +3.4 _MODULE_TO_METADATA_FILE_NAMES
 +3.5-4.8 FolderBasedBuilder
 +4.0 HubDatasetModuleFactory LocalDatasetModuleFactory _fix_for_backward_compatible_features
 +4.5 _ALL_ALLOWED_EXTENSIONS _MODULE_TO_METADATA_EXTENSIONS
 +4.8 HubBucketDatasetModuleFactory
 +4.8-5.0 BucketNotFoundError
 +5.0 _ALL_METADATA_FILENAMES
 -2.13 DatasetMetadata TaskTemplate get_data_patterns_in_dataset_repository
  get_data_patterns_locally get_metadata_patterns_in_dataset_repository
  get_metadata_patterns_locally infer_module_for_data_files_in_archives
 -2.14 extract_path_from_uri is_remote_filesystem
 -2.18 FileLock hf_hub_url
 -2.21 CachedMetricModuleFactory GithubMetricModuleFactory LocalMetricModuleFactory Metric
  MetricModule OfflineModeIsEnabled _MetricModuleFactory deprecated head_hf_s3 hf_github_url
  load_metric metric_module_factory load_from_disk(fs)
 -3.3 DEFAULT_PATTERNS_ALL _MODULE_SUPPORTS_METADATA
 -3.6 HubDatasetModuleFactoryWithScript HubDatasetModuleFactoryWithoutScript
  LocalDatasetModuleFactoryWithScript LocalDatasetModuleFactoryWithoutScript
  _copy_script_and_other_resources_in_importable_dir _create_importable_file
  _download_additional_modules _hash_python_lines files_to_hash get_imports init_dynamic_modules
  init_hf_modules url_or_path_join
 -4.4 ALL_ALLOWED_EXTENSIONS
metric
 -2.15 BaseFileLock Timeout
 -2.21 .
  Metric.__init__(cache_dir,config_name,experiment_id,keep_in_memory,max_concurrent_cache_files,num_process)
  Metric.__init__(process_id,seed,timeout)
packaged_modules
 +2.13 _MODULE_TO_EXTENSIONS arrow
 +2.16 cache webdataset
 +2.20 _PACKAGED_DATASETS_MODULES_2_15_HASHES
 +3.1 videofolder xml
 +3.4 _MODULE_TO_METADATA_FILE_NAMES
 +3.5 pdffolder
 +4.1 hdf5
 +4.4 eval niftifolder
 +4.5 _ALL_ALLOWED_EXTENSIONS _ALL_EXTENSIONS _ALL_METADATA_EXTENSIONS
  _MODULE_TO_METADATA_EXTENSIONS lance
 +5.0 _ALL_METADATA_FILENAMES conll iceberg meshfolder tsfile
 +5.1 fasta fastq genbank harbor mmcif pdb vortex
 -3.3 _MODULE_SUPPORTS_METADATA
packaged_modules.arrow
 +2.13 .
packaged_modules.arrow.arrow
 +4.4 Key
packaged_modules.audiofolder.audiofolder
 -2.21 AudioClassification
packaged_modules.cache
 +2.16 .
packaged_modules.cache.cache
 +2.19 camelcase_to_snakecase
 +4.4 Key
packaged_modules.conll
 +5.0 .
packaged_modules.csv.csv
 +2.13 Literal _PANDAS_READ_CSV_NEW_2_0_0_PARAMETERS
 +2.17 _PANDAS_READ_CSV_DEPRECATED_2_2_0_PARAMETERS
 +4.4 Key
packaged_modules.eval
 +4.4 .
packaged_modules.fasta
 +5.1 .
packaged_modules.fastq
 +5.1 .
packaged_modules.folder_based_builder.folder_based_builder
 +3.4 _VisitPath _nested_apply _visit _visit_with_path config readline require_storage_cast
 +4.4 Key
 -2.21 TaskTemplate
packaged_modules.genbank
 +5.1 .
packaged_modules.generator.generator
 +4.4 Key _number_of_shards_in_gen_kwargs _split_gen_kwargs
packaged_modules.harbor
 +5.1 .
packaged_modules.hdf5
 +4.1 .
packaged_modules.hdf5.hdf5
 +4.4 Key
 +5.0 _safe_open_h5py
 +5.1 _iter_with_links
packaged_modules.iceberg
 +5.0 .
packaged_modules.imagefolder.imagefolder
 -2.21 ImageClassification
packaged_modules.json.json
 +2.20 ujson_dumps ujson_loads
 +2.21 pandas_read_json
 +4.4 Key
 +4.7 FullReadDisallowed find_mixed_struct_types_field_paths
  get_json_field_path_from_pyarrow_json_error get_json_field_paths_from_feature
  insert_json_field_path json_encode_field json_encode_fields_in_json_lines
  set_json_types_in_feature
  Json.BUILDER_CONFIG_CLASS,_cast_table,_generate_shards,_generate_tables,_info,_split_generators
 +4.8 AGENT_TRACES_FEATURES AGENT_TRACES_FEATURES_MARKERS AGENT_TRACES_TYPES_VALUES
  AGENT_TRACES_TYPE_TO_HARNESS has_agent_traces_markers parse_traces_info
 +5.0 List Value get_content_text get_session_id get_tool_call_count get_trace_event_timestamp
  get_user_prompt
packaged_modules.lance
 +4.5 .
packaged_modules.lance.lance
 +4.6 Audio Image MAGIC_BYTES_EXTENSION_AND_FEATURE_TYPES Video
packaged_modules.meshfolder
 +5.0 .
packaged_modules.mmcif
 +5.1 .
packaged_modules.niftifolder
 +4.4 .
packaged_modules.pandas.pandas
 +4.4-5.1 Key
 +5.2 PANDAS_PICKLE_DISABLED_ERROR
packaged_modules.parquet.parquet
 +4.4 Key
packaged_modules.pdb
 +5.1 .
packaged_modules.pdffolder
 +3.5 .
packaged_modules.spark.spark
 +2.13 SparkExamplesIterable _BaseExamplesIterable _generate_iterable_examples
 +2.14 _reorder_dataframe_by_partition
 +2.20 experimental
packaged_modules.sql.sql
 +4.4 Key
packaged_modules.text.text
 +4.4 Key
packaged_modules.tsfile
 +5.0 .
packaged_modules.videofolder
 +3.1 .
packaged_modules.vortex
 +5.1 .
packaged_modules.webdataset
 +2.16 .
packaged_modules.webdataset.webdataset
 +2.17 AUDIO_EXTENSIONS
 +2.20 cast_to_python_objects torch_loads xbasename
 +2.20-4.8 SINGLE_FILE_COMPRESSION_EXTENSION_TO_PROTOCOL
 +3.0 base_plus_ext
 +3.1 VIDEO_EXTENSIONS
 +4.4 Key
 +5.0 EXTENSION_TO_COMPRESSION_FS_FILE_CLS MESH_EXTENSIONS
packaged_modules.xml
 +3.1 .
parallel
 +2.13 .
parallel.parallel
 +2.19 parallel_map(batch_size,batched)
search
 +2.16 hf_tqdm
 +2.19-3.6 Sequence
 +4.0 List
splits
 +4.4 SplitInfo.__init__(original_shard_lengths)
streaming
 +2.14 DownloadConfig
 +2.15 xpyarrow_parquet_read_table
 +2.19-3.6 lock_importable_file
 -3.6 get_imports
table
 +2.13 _memory_mapped_record_batch_reader_from_file read_schema_from_file
 +2.16 CastError
 +2.17 _are_list_values_of_length _combine_list_array_offsets_with_mask _storage_type
 +2.20 _short_str
 +4.8 _batch_arrow_table
 +5.0 _batch_accumulate_arrow_table_by_columns
 -2.15 _write_table_to_file
 -2.16 _is_extension_type array_concat
 -2.20 config
tasks
 -2.21 .
tasks.audio_classification
 +2.15-2.21 .
  AudioClassification.__init__(audio_column,input_schema,label_column,label_schema,task)
tasks.audio_classificiation
 -2.14 . AudioClassification.__init__(audio_column,input_schema,label_column,label_schema,task)
tasks.automatic_speech_recognition
 -2.21
  AutomaticSpeechRecognition.__init__(audio_column,input_schema,label_schema,task,transcription_column)
tasks.base
 -2.21 TaskTemplate.__init__(input_schema,label_schema,task)
tasks.image_classification
 -2.21 ImageClassification.__init__(image_column,input_schema,label_column,label_schema,task)
tasks.language_modeling
 -2.21 LanguageModeling.__init__(input_schema,label_schema,task,text_column)
tasks.question_answering
 -2.21
  QuestionAnsweringExtractive.__init__(answers_column,context_column,input_schema,label_schema,question_column,task)
tasks.summarization
 -2.21 Summarization.__init__(input_schema,label_schema,summary_column,task,text_column)
tasks.text_classification
 -2.21 TextClassification.__init__(input_schema,label_column,label_schema,task,text_column)
utils
 +2.13 experimental
 +2.16 _tqdm are_progress_bars_disabled disable_progress_bars enable_progress_bars tqdm
utils._dataset_viewer
 +2.19 .
 +2.19-2.21 http_get
utils._datasets_server
 +2.16-2.18 .
utils._dill
 +2.16 .
 +4.1 _is_supported_dill_version
 +5.0 _save_arrowChunkedArray _save_arrowTable
utils._filelock
 +2.16 .
utils.beam_utils
 -2.21 .
utils.cache
 +2.13-2.15+2.17-2.17+2.19-2.21 .
utils.deprecation_utils
 +2.15-2.21 deprecated(help_message)
utils.download_manager
 -2.21 .
utils.experimental
 +2.13 .
utils.file_utils
 +2.14 TqdmCallback
 +2.16 _tqdm
 +2.16-2.21 hf_tqdm
 +2.17 stack_multiprocessing_download_progress_bars
 +2.19 ArchiveIterable BASE_KNOWN_EXTENSIONS COMPRESSION_EXTENSION_TO_PROTOCOL
  COMPRESSION_FILESYSTEMS FilesIterable MAGIC_NUMBER_MAX_LENGTH
  MAGIC_NUMBER_TO_COMPRESSION_PROTOCOL MAGIC_NUMBER_TO_UNSUPPORTED_COMPRESSION_PROTOCOL
  NonStreamableDatasetError SINGLE_FILE_COMPRESSION_PROTOCOLS SINGLE_SLASH_AFTER_PROTOCOL_PATTERN
  _add_retries_to_file_obj_read_method _as_str _get_extraction_protocol
  _get_extraction_protocol_with_magic_number _get_path_extension _prepare_path_and_storage_options
  _prepare_single_hop_path_and_storage_options xPath xbasename xdirname xet_parse xexists xgetsize
  xglob xgzip_open xisdir xisfile xjoin xlistdir xnumpy_load xopen xpandas_read_csv
  xpandas_read_excel xpyarrow_parquet_read_table xrelpath xsio_loadmat xsplit xsplitext xwalk
  xxml_dom_minidom_parse
 +2.19-2.20 TrackedIterable _IterableFromGenerator
 +2.20 SINGLE_FILE_COMPRESSION_EXTENSION_TO_PROTOCOL
 +2.21 TrackedIterableFromGenerator
 +3.6-5.0 _AiohttpClientError
 +4.3 CONNECTION_ERRORS_TO_RETRY
 +4.4 RATE_LIMIT_CODE SERVER_UNAVAILABLE_CODE
 +4.5 _OverridableIOWrapper
 +5.1 _get_connection_errors_to_retry
 -2.15 _retry
 -2.21 OfflineModeIsEnabled _request_with_retry ftp_get ftp_head head_hf_s3 hf_bucket_url
  hf_github_url http_get http_head request_etag
 -3.6 init_hf_modules
utils.filelock
 -2.15 BaseFileLock SoftFileLock Timeout TimeoutError UnixFileLock WindowsFileLock
  _Acquire_ReturnProxy _logger fcntl msvcrt warnings
utils.hub
 +2.16-2.18 config list_files_info logging preupload_lfs_files
 +2.19 hf_dataset_url
 +3.0-4.1 check_auth
 -2.18 hf_hub_url
utils.info_utils
 +2.20 ExpectedMoreDownloadedFilesError ExpectedMoreSplitsError UnexpectedDownloadedFileError
  UnexpectedSplitsError
 -2.19 ChecksumVerificationException ExpectedMoreDownloadedFiles ExpectedMoreSplits
  SplitsVerificationException UnexpectedDownloadedFile UnexpectedSplits
utils.json
 +4.7 .
 +4.8 json_decode_field
utils.logging
 -2.15 EmptyTqdm _tqdm_active _tqdm_cls
 -2.21 get_logger(name)
utils.metadata
 +2.14 METADATA_CONFIGS_FIELD MetadataConfigs get_logger
 +2.14-2.21 deprecated
 +2.16 DatasetInfo DatasetInfosDict
 +2.17 _split_re
 +3.0 Features
 -2.21 DatasetMetadata ap args dataset_metadata readme_filepath
utils.py_utils
 +2.13 parallel_map
 +2.14 _get_pool_pid glob_pattern_to_regex
 +2.15-2.15 _save_set
 +2.16 hf_tqdm
 +2.19 T iter_batched
 +2.19-3.6 FileLock lock_importable_file
 +3.5 first_non_null_non_empty_value
 -2.15 _no_cache_fields _save_code save_code save_function
 -3.6 _convert_github_url get_imports
utils.readme
 +2.14-2.21 deprecated
 -2.21 .
utils.tf_utils
 -2.20 is_numeric_feature
utils.tqdm
 +2.16 .
utils.track
 +2.16 .
 +2.16-2.20 TrackedIterable
 +2.21 TrackedIterableFromGenerator
utils.typing
 +2.13 ListLike
"""

USES = r"""
huggingface_hub
 +5.0 get_token
 -2.15 HfFolder
huggingface_hub.errors
 +5.1 BucketNotFoundError
huggingface_hub.hf_file_system
 +5.1 HfFileSystemResolvedBucketPath HfFileSystemResolvedRepositoryPath
huggingface_hub.utils
 +3.0 OfflineModeIsEnabled
"""
