"""huggingface_hub: which releases have what; written by scripts/api_history."""

PROJECT = "huggingface_hub"

RELEASES = r"""
0.14 0.15 0.16 0.17 0.18 0.19 0.20 0.21 0.22 0.23 0.24 0.25 0.26 0.27 0.28 0.29 0.30 0.31 0.32
0.33 0.34 0.35 0.36 1.0 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 1.9 1.10 1.11 1.12 1.13 1.14 1.15 1.16
1.17 1.18 1.19 1.20 1.21 1.22 1.23 1.24 1.25 1.26 1.27 1.28 1.29 1.30 1.31 1.32 1.33 2.0 2.1 2.2
2.3 2.4
"""

BASES = r"""
Agent MCPClient
AutoRouterConversationalTask BaseConversationalTask
BadRequestError HfHubHTTPError
BaseConversationalTask TaskProviderHelper
BaseTextGenerationTask TaskProviderHelper
BasetenConversationalTask BaseConversationalTask
BlackForestLabsTextToImageTask TaskProviderHelper
BucketBatchError HfHubHTTPError
BucketNotFoundError HfHubHTTPError
CerebrasConversationalTask BaseConversationalTask
ClarifaiConversationalTask BaseConversationalTask
CohereConversationalTask BaseConversationalTask
DatasetCard RepoCard
DatasetCardData CardData
DeepInfraAutomaticSpeechRecognitionTask TaskProviderHelper
DeepInfraConversationalTask BaseConversationalTask
DeepInfraFeatureExtractionTask TaskProviderHelper
DeepInfraTextGenerationTask BaseTextGenerationTask
DeepInfraTextToSpeechTask TaskProviderHelper
DisabledRepoError HfHubHTTPError
FalAIAutomaticSpeechRecognitionTask FalAITask
FalAIImageSegmentationTask FalAIQueueTask
FalAIImageToImageTask FalAIQueueTask
FalAIImageToVideoTask FalAIQueueTask
FalAIQueueTask TaskProviderHelper
FalAITask TaskProviderHelper
FalAITextToImageTask FalAITask
FalAITextToSpeechTask FalAITask
FalAITextToVideoTask FalAIQueueTask
FeatherlessConversationalTask BaseConversationalTask
FeatherlessTextGenerationTask BaseTextGenerationTask
FireworksAIConversationalTask BaseConversationalTask
GatedRepoError RepositoryNotFoundError
GroqConversationalTask BaseConversationalTask
HFInferenceBinaryInputTask HFInferenceTask
HFInferenceConversational HFInferenceTask
HFInferenceFeatureExtractionTask HFInferenceTask
HFInferenceTask TaskProviderHelper
HackyCommitOperationAdd CommitOperationAdd
HfFileSystemResolvedBucketPath HfFileSystemResolvedPath
HfFileSystemResolvedRepositoryPath HfFileSystemResolvedPath
HyperbolicTextGenerationTask BaseConversationalTask
HyperbolicTextToImageTask TaskProviderHelper
IncompleteSnapshotError LocalEntryNotFoundError
JobNotFoundError HfHubHTTPError
KerasModelHubMixin ModelHubMixin
LocalEntryNotFoundError EntryNotFoundError
ModelCard RepoCard
ModelCardData CardData
NebiusConversationalTask BaseConversationalTask
NebiusFeatureExtractionTask TaskProviderHelper
NebiusTextGenerationTask BaseTextGenerationTask
NebiusTextToImageTask TaskProviderHelper
NovitaConversationalTask BaseConversationalTask
NovitaTextGenerationTask BaseTextGenerationTask
NovitaTextToVideoTask TaskProviderHelper
NscaleConversationalTask BaseConversationalTask
NscaleTextToImageTask TaskProviderHelper
NvidiaConversationalTask BaseConversationalTask
OVHcloudConversationalTask BaseConversationalTask
OpenAIConversationalTask BaseConversationalTask
PublicAIConversationalTask BaseConversationalTask
PyTorchModelHubMixin ModelHubMixin
RemoteEntryNotFoundError HfHubHTTPError EntryNotFoundError
ReplicateAutomaticSpeechRecognitionTask ReplicateTask
ReplicateImageToImageTask ReplicateTask
ReplicateTask TaskProviderHelper
ReplicateTextToImageTask ReplicateTask
ReplicateTextToSpeechTask ReplicateTask
RepositoryNotFoundError HfHubHTTPError
RevisionNotFoundError HfHubHTTPError
SambanovaConversationalTask BaseConversationalTask
SambanovaFeatureExtractionTask TaskProviderHelper
ScalewayConversationalTask BaseConversationalTask
ScalewayFeatureExtractionTask TaskProviderHelper
SpaceCard RepoCard
SpaceCardData CardData
TogetherConversationalTask BaseConversationalTask
TogetherFeatureExtractionTask TogetherTask
TogetherImageToImageTask TogetherTask
TogetherImageToVideoTask TogetherVideoTask
TogetherTask TaskProviderHelper
TogetherTextGenerationTask BaseTextGenerationTask
TogetherTextToImageTask TogetherTask
TogetherTextToSpeechTask TogetherTask
TogetherTextToVideoTask TogetherVideoTask
TogetherVideoTask TogetherTask
WavespeedAIImageToImageTask WavespeedAITask
WavespeedAIImageToVideoTask WavespeedAIImageToImageTask
WavespeedAITask TaskProviderHelper
WavespeedAITextToImageTask WavespeedAITask
WavespeedAITextToVideoTask WavespeedAITextToImageTask
ZaiConversationalTask BaseConversationalTask
ZaiTask TaskProviderHelper
ZaiTextToImageTask ZaiTask
"""

CHANGES = r"""
.
 +0.15 InferenceClient InferenceTimeoutError run_as_future
 +0.15-0.36 get_token_permission
 +0.16 AsyncInferenceClient CommitOperationCopy CommitScheduler HFSummaryWriter repo_info
 +0.17 SpaceStorage SpaceVariable add_space_variable delete_space_variable file_exists
  get_space_variables repo_exists super_squash_history
 +0.17-1.33 delete_space_storage request_space_storage
 +0.18 Collection CollectionItem User add_collection_item create_collection delete_collection
  delete_collection_item get_collection list_repo_likers preupload_lfs_files
  update_collection_item update_collection_metadata
 +0.19 InferenceEndpoint InferenceEndpointError InferenceEndpointStatus
  InferenceEndpointTimeoutError InferenceEndpointType create_inference_endpoint
  delete_inference_endpoint get_inference_endpoint list_inference_endpoints
  pause_inference_endpoint resume_inference_endpoint scale_to_zero_inference_endpoint
  update_inference_endpoint
 +0.20 accept_access_request cancel_access_request get_paths_info get_safetensors_metadata
  get_token grant_access list_accepted_access_requests list_collections
  list_pending_access_requests list_rejected_access_requests list_repo_tree
  parse_safetensors_file_metadata reject_access_request
 +0.21 HfFileSystemStreamFile StateDictSplit revision_exists split_state_dict_into_shards_factory
  split_torch_state_dict_into_shards
 +0.21-0.23 split_numpy_state_dict_into_shards
 +0.21-0.36 split_tf_state_dict_into_shards
 +0.22 AudioClassificationInput AudioClassificationOutputElement AudioClassificationParameters
  AudioToAudioInput AudioToAudioOutputElement AutomaticSpeechRecognitionGenerationParameters
  AutomaticSpeechRecognitionInput AutomaticSpeechRecognitionOutput
  AutomaticSpeechRecognitionOutputChunk AutomaticSpeechRecognitionParameters ChatCompletionInput
  ChatCompletionInputMessage ChatCompletionOutput ChatCompletionStreamOutput
  ChatCompletionStreamOutputChoice ChatCompletionStreamOutputDelta DepthEstimationInput
  DepthEstimationOutput DocumentQuestionAnsweringInput DocumentQuestionAnsweringInputData
  DocumentQuestionAnsweringOutputElement DocumentQuestionAnsweringParameters
  FeatureExtractionInput FillMaskInput FillMaskOutputElement FillMaskParameters
  ImageClassificationInput ImageClassificationOutputElement ImageClassificationParameters
  ImageSegmentationInput ImageSegmentationOutputElement ImageSegmentationParameters
  ImageToImageInput ImageToImageOutput ImageToImageParameters ImageToImageTargetSize
  ImageToTextGenerationParameters ImageToTextInput ImageToTextOutput ImageToTextParameters
  ObjectDetectionBoundingBox ObjectDetectionInput ObjectDetectionOutputElement
  ObjectDetectionParameters QuestionAnsweringInput QuestionAnsweringInputData
  QuestionAnsweringOutputElement QuestionAnsweringParameters SentenceSimilarityInput
  SentenceSimilarityInputData SummarizationInput SummarizationOutput TableQuestionAnsweringInput
  TableQuestionAnsweringInputData TableQuestionAnsweringOutputElement Text2TextGenerationInput
  Text2TextGenerationOutput Text2TextGenerationParameters TextClassificationInput
  TextClassificationOutputElement TextClassificationParameters TextGenerationInput
  TextGenerationOutput TextGenerationOutputDetails TextGenerationOutputToken
  TextGenerationStreamOutput TextToAudioGenerationParameters TextToAudioInput TextToAudioOutput
  TextToAudioParameters TextToImageInput TextToImageOutput TextToImageParameters
  TokenClassificationInput TokenClassificationOutputElement TokenClassificationParameters
  TranslationInput TranslationOutput VideoClassificationInput VideoClassificationOutputElement
  VideoClassificationParameters VisualQuestionAnsweringInput VisualQuestionAnsweringInputData
  VisualQuestionAnsweringOutputElement VisualQuestionAnsweringParameters
  ZeroShotClassificationInput ZeroShotClassificationOutputElement ZeroShotClassificationParameters
  ZeroShotImageClassificationInput ZeroShotImageClassificationOutputElement
  ZeroShotImageClassificationParameters ZeroShotObjectDetectionBoundingBox
  ZeroShotObjectDetectionInput ZeroShotObjectDetectionOutputElement
 +0.22-0.22 ChatCompletionOutputChoice ChatCompletionOutputChoiceMessage
  TextGenerationOutputSequenceDetails TextGenerationParameters TextGenerationPrefillToken
  TextGenerationStreamDetails
 +0.22-0.25 SummarizationGenerationParameters TranslationGenerationParameters
 +0.22-0.26 ZeroShotClassificationInputData ZeroShotImageClassificationInputData
  ZeroShotObjectDetectionInputData
 +0.22-0.28 TextToImageTargetSize
 +0.23 ChatCompletionInputFunctionDefinition ChatCompletionOutputComplete
  ChatCompletionOutputFunctionDefinition ChatCompletionOutputLogprob ChatCompletionOutputLogprobs
  ChatCompletionOutputMessage ChatCompletionOutputToolCall ChatCompletionOutputTopLogprob
  ChatCompletionOutputUsage ChatCompletionStreamOutputDeltaToolCall
  ChatCompletionStreamOutputFunction ChatCompletionStreamOutputLogprob
  ChatCompletionStreamOutputLogprobs ChatCompletionStreamOutputTopLogprob
  TextGenerationInputGenerateParameters TextGenerationInputGrammarType
  TextGenerationOutputBestOfSequence TextGenerationOutputPrefillToken
  TextGenerationStreamOutputStreamDetails TextGenerationStreamOutputToken
 +0.23-0.23+0.30 ChatCompletionInputToolCall
 +0.23-0.25 ChatCompletionInputToolTypeClass
 +0.23-0.25+0.27 ChatCompletionInputTool
 +0.24 ChatCompletionInputFunctionName ChatCompletionInputGrammarType
  ChatCompletionInputMessageChunk ChatCompletionInputURL WebhookInfo WebhookWatchedItem
  create_webhook delete_webhook disable_webhook enable_webhook get_torch_storage_id
  get_torch_storage_size get_webhook list_webhooks save_torch_model save_torch_state_dict
  update_webhook
 +0.24-0.36 get_tf_storage_size
 +0.25 DatasetInfo ModelInfo SpaceInfo auth_check get_user_overview list_organization_members
  list_user_followers list_user_following update_repo_settings
 +0.25-1.33 upload_large_folder
 +0.26 AudioClassificationOutputTransform AutomaticSpeechRecognitionEarlyStoppingEnum
  ChatCompletionInputStreamOptions ChatCompletionStreamOutputUsage
  ImageClassificationOutputTransform ImageToTextEarlyStoppingEnum SummarizationParameters
  TextClassificationOutputTransform TextToAudioEarlyStoppingEnum TextToSpeechEarlyStoppingEnum
  TextToSpeechGenerationParameters TextToSpeechInput TextToSpeechOutput TextToSpeechParameters
  TranslationParameters VideoClassificationOutputTransform auth_list auth_switch list_papers
  paper_info
 +0.26-0.26 ChatCompletionInputToolType ToolElement
 +0.27 ChatCompletionInputMessageChunkType ChatCompletionInputToolChoiceClass
  ChatCompletionInputToolChoiceEnum DDUFEntry FeatureExtractionInputTruncationDirection
  ImageSegmentationSubtask Padding SummarizationTruncationStrategy
  TableQuestionAnsweringParameters Text2TextGenerationTruncationStrategy
  TextGenerationOutputFinishReason TokenClassificationAggregationStrategy
  TranslationTruncationStrategy TypeEnum ZeroShotObjectDetectionParameters export_entries_as_dduf
  export_folder_as_dduf load_state_dict_from_file load_torch_model read_dduf_file
 +0.27-0.31 ChatCompletionInputGrammarTypeType
 +0.28 TextToVideoInput TextToVideoOutput TextToVideoParameters
 +0.30 create_inference_endpoint_from_catalog list_inference_catalog list_lfs_files
  permanently_delete_lfs_files
 +0.32 Agent ChatCompletionInputJSONSchema ChatCompletionInputResponseFormatJSONObject
  ChatCompletionInputResponseFormatJSONSchema ChatCompletionInputResponseFormatText MCPClient
  OAuthInfo OAuthOrgInfo OAuthUserInfo attach_huggingface_oauth parse_huggingface_oauth
 +0.34 ImageToVideoInput ImageToVideoOutput ImageToVideoParameters ImageToVideoTargetSize JobInfo
  JobOwner JobStage JobStatus cancel_job fetch_job_logs inspect_job list_jobs run_job run_uv_job
 +0.35 create_scheduled_job create_scheduled_uv_job delete_scheduled_job inspect_scheduled_job
  resume_scheduled_job suspend_scheduled_job
 +0.36 Organization get_organization_overview
 +1.0 ASYNC_CLIENT_FACTORY_T CLIENT_FACTORY_T DryRunFileInfo close_session get_async_session
  hf_raise_for_status list_organization_followers set_async_client_factory set_client_factory
  typer_factory
 +1.1 verify_repo_checksums
 +1.10 KernelInfo copy_files kernel_info
 +1.11 SpaceSearchResult fetch_space_logs search_spaces
 +1.13 HfUri list_spaces_hardware parse_hf_uri
 +1.14 SpaceSecret get_space_secrets
 +1.16 JobDurations JobInitiator
 +1.17 JobHardwareInfo RepoStorageInfo list_user_repos update_job_labels
  update_scheduled_job_labels
 +1.2 RepoFile RepoFolder hffs is_offline_mode list_daily_papers
 +1.20 wait_for_job wait_for_space
 +1.22 CachedIncompleteFileInfo Sandbox SandboxCommandResult SandboxPool SandboxProcess
  sync_job_volume trigger_scheduled_job
 +1.23 SpaceTemplate get_cached_repo_tree list_space_templates
 +1.26 ResolvedRevision resolve_revision update_collection_resource_group
 +1.28 InferenceEndpointHardware list_inference_endpoints_hardware
 +1.29 update_bucket_settings
 +1.3 ImageTextToImageInput ImageTextToImageOutput ImageTextToImageParameters
  ImageTextToImageTargetSize ImageTextToVideoInput ImageTextToVideoOutput
  ImageTextToVideoParameters ImageTextToVideoTargetSize JobAccelerator JobHardware
  check_cli_update fetch_job_metrics get_local_safetensors_metadata list_jobs_hardware
  parse_local_safetensors_file_metadata
 +1.32 JobNetwork
 +1.4 EvalResultEntry eval_result_entries_to_yaml parse_eval_result_entries
 +1.5 BucketFile BucketFileMetadata BucketFolder BucketInfo BucketUrl SyncOperation SyncPlan
  batch_bucket_files bucket_info create_bucket delete_bucket download_bucket_files
  get_bucket_file_metadata get_bucket_paths_info list_bucket_tree list_buckets move_bucket
  sync_bucket
 +1.6 disable_space_dev_mode duplicate_repo enable_space_dev_mode list_dataset_parquet_files
 +1.8 DatasetLeaderboardEntry Volume get_dataset_leaderboard read_paper
 +1.9 delete_space_volumes set_space_volumes
 +2.1 DuplicatedRepoUrl InferenceCatalogModel InferenceCatalogRecipe ZeroGpuQuota
  get_zero_gpu_quota rerun_job update_job_expose update_scheduled_job_schedule
 +2.3 get_sharded_safetensors_metadata list_scheduled_jobs upload_attachment
 -0.18 DatasetSearchArguments ModelSearchArguments
 -0.22 list_files_info
 -0.23 DatasetFilter ModelFilter
 -0.25 cached_download
 -0.26 MultiCommitException create_commits_on_pr list_metrics plan_multi_commits
 -0.27 like
 -0.36 HfFolder InferenceApi KerasModelHubMixin Repository configure_http_backend
  from_pretrained_keras push_to_hub_keras save_pretrained_keras update_repo_visibility
 -1.33 duplicate_space repo_type_and_id_from_hf_id
_bucket_live_follow
 +2.3 .
_buckets
 +1.10 _BucketCopyFile
 +1.12 _stat_local
 +1.16 BucketUrl.__init__(uri) HfUri _parse_bucket_uri parse_hf_uri
 +1.19 _looks_like_hf_url
 +1.29 _validate_relative_filename
 +1.5 . BucketFileMetadata.__init__(size,xet_file_data)
  BucketUrl.__init__(bucket_id,endpoint,namespace,url)
  SyncOperation.__init__(action,bucket_file,local_mtime,path,reason,remote_mtime)
  SyncOperation.__init__(size) SyncPlan.__init__(dest,operations,source,timestamp)
 +1.5-1.15 BucketUrl.__init__(handle) _parse_bucket_path _split_bucket_id_and_prefix
 +1.6 BucketFile.uploaded_at
 +2.1 _normalize_separators
_commit_api
 +0.16 CommitOperationCopy EntryNotFoundError FETCH_LFS_BATCH_SIZE RepoFile
  CommitOperationCopy.__init__(path_in_repo,src_path_in_repo,src_revision)
 +0.16-0.17 fetch_lfs_files_to_copy
 +0.18 CommitOperationAdd.__init__(_is_committed,_is_uploaded,_upload_mode) _fetch_upload_modes
  _prepare_commit_payload _upload_lfs_files _warn_on_overwriting_operations
 +0.18-0.20 _fetch_lfs_files_to_copy
 +0.20 CommitOperationAdd.__init__(_should_ignore)
 +0.21 _fetch_files_to_copy hf_hub_url
 +0.23 FORBIDDEN_FOLDERS
 +0.24 CommitOperationAdd.__init__(_remote_oid) CommitOperationAdd._local_oid sha
 +0.25 constants
 +0.28 CommitOperationCopy.__init__(_dest_oid,_src_oid)
 +0.30 UPLOAD_BATCH_MAX_NUM_FILES _upload_xet_files
 +0.30-0.33 _get_progress_bar_context
 +0.30-1.18 HfHubHTTPError XetAuthorizationError XetRefreshTokenError XetTokenType
  fetch_xet_connection_info_from_repo_info
 +0.34-1.31 are_progress_bars_disabled
 +0.36 _upload_files is_xet_available
 +1.17 CommitOperationCopy.__init__(_is_duplicated,src_repo_id,src_repo_type)
  DUPLICATE_LFS_BATCH_SIZE _CopySource
 +1.2 http_backoff
 +1.20 CommitInfo _compute_missing_sha256s _send_commit
 +1.25-1.31 hf_thread_map
 -0.16 Literal
 -0.17 fetch_upload_modes prepare_commit_payload upload_lfs_files warn_on_overwriting_operations
 -0.21 build_hf_headers
 -0.24 ENDPOINT HF_HUB_ENABLE_HF_TRANSFER
 -1.31 hf_tqdm tqdm_stream_file
_commit_scheduler
 +0.16 .
  CommitScheduler.__init__(allow_patterns,every,folder_path,hf_api,ignore_patterns,path_in_repo)
  CommitScheduler.__init__(private,repo_id,repo_type,revision,token)
 +0.16-0.22 IGNORE_GIT_FOLDER_PATTERNS
 +0.17 CommitScheduler.__init__(squash_history)
 +0.23 DEFAULT_IGNORE_PATTERNS
_dataset_viewer
 +1.6 .
_eval_results
 +1.33 logging
 +1.4 . EvalResultEntry.__init__(dataset_id,dataset_revision,date,notes,source_name,source_org)
  EvalResultEntry.__init__(source_url,source_user,task_id,value,verify_token)
_hot_reload
 +1.5 .
_hot_reload.client
 +1.12 CLIENT_TIMEOUT MultiReplicaStreamWarning
_hot_reload.types
 +1.12 ReloadOperationFile
_inference
 +0.15-0.15 . InferenceClient.__init__(model,timeout,token)
_inference_endpoints
 +0.19 . InferenceEndpoint.__init__(_api,_token,created_at,framework,name,namespace)
  InferenceEndpoint.__init__(raw,repository,revision,status,task,type)
  InferenceEndpoint.__init__(updated_at,url)
 +0.19-1.33 InferenceEndpointType.PROTECTED
 +0.23 get_session
 +0.24 InferenceEndpoint.resume(running_ok)
 +0.25 InferenceEndpoint.update(custom_image,scale_to_zero_timeout,secrets)
 +0.33 InferenceEndpoint.__init__(health_route)
 +1.2 InferenceEndpointScalingMetric
 +1.20 InferenceEndpointType.AUTHENTICATED
 +1.27 InferenceEndpoint.update(container_args,container_command)
 +1.28 InferenceEndpoint.update(data_parallel_size,tensor_parallel_size) InferenceEndpointHardware
  _DATA_PARALLEL_IMAGE_KEYS _TENSOR_PARALLEL_IMAGE_KEYS _build_endpoint_image_payload
  _set_parallelism_in_image
  InferenceEndpointHardware.__init__(accelerator,architecture,gpu_memory_gb,id,instance_size,instance_type)
  InferenceEndpointHardware.__init__(max_accelerators,memory_gb,num_accelerators,num_cpus,price_per_hour,region)
  InferenceEndpointHardware.__init__(status,used_accelerators,vendor)
 +2.0 get_token_to_send
 +2.1 InferenceCatalogModel InferenceCatalogRecipe
  InferenceCatalogModel.__init__(author,created_at,license,name,recipes,repo_id)
  InferenceCatalogModel.__init__(task)
  InferenceCatalogRecipe.__init__(accelerator,engine,gguf_file,id,revision)
_inference_types
 +0.15-0.15 .
_jobs_api
 +0.34 . JobOwner.__init__(id,name,type) JobStatus.__init__(message,stage)
 +0.34-1.16 SpaceHardware
 +0.35 JobSpec LastJobInfo ScheduledJobInfo ScheduledJobStatus _create_job_spec
 +1.16 JobDurations JobInitiator JobInfo.durations,finished_at,initiator,started_at
  JobInitiator.__init__(id,name,type) JobStage.SCHEDULING
 +1.16-1.16 JobHardware.ephemeral_storage
 +1.17 JobHardware.A100X4,A100X8,A100_LARGE,A10G_LARGE,A10G_LARGEX2,A10G_LARGEX4
  JobHardware.A10G_SMALL,CPU_BASIC,CPU_PERFORMANCE,CPU_UPGRADE,CPU_XL,H200
  JobHardware.H200X2,H200X4,H200X8,L40SX1,L40SX4,L40SX8
  JobHardware.L4X1,L4X4,RTX_PRO_6000,RTX_PRO_6000X2,RTX_PRO_6000X4,RTX_PRO_6000X8
  JobHardware.T4_MEDIUM,T4_SMALL JobHardwareInfo
 +1.19 JobStatus.__init__(expose_urls)
 +1.20 JobStatus.__init__(ssh_url) TERMINAL_JOB_STAGES
 +1.22 _derive_job_volume_name
 +1.25 _SPACE_IMAGE_PREFIXES _default_job_name_from_image _default_job_name_from_script
  _sanitize_job_name _short_invocation_hash
 +1.3 JobAccelerator JobHardware
 +1.3-1.16 JobHardware.accelerator,cpu,name,pretty_name,ram,unit_cost_micro_usd
  JobHardware.unit_cost_usd,unit_label
 +1.32 DEFAULT_UV_IMAGE JobNetwork JobInfo.network
 +1.4 JobInfo.labels
 +1.8 JobInfo.volumes Volume
 +2.1 JobInfo.expose,expose_public,retry _build_expose_payload
_local_folder
 +0.23 .
 +0.25 LocalUploadFileMetadata LocalUploadFilePaths get_local_upload_paths read_upload_metadata
 +0.28 _short_hash
 +1.26 _validate_relative_filename
 +1.32 as_extended_path
 +1.9 CACHEDIR_TAG_CONTENT _create_cachedir_tag
_login
 +0.15-0.19 get_token_permission
 +0.15-0.26 _current_token_okay
 +0.15-0.36 interpreter_login(new_session,write_permission) login(new_session,write_permission)
  notebook_login(new_session,write_permission)
 +0.19-1.19 _HF_LOGO_ASCII
 +0.20 _get_token_from_environment _get_token_from_google_colab constants get_token
 +0.26 _get_token_by_name _get_token_from_file _logout_from_token _save_token _set_active_token
  auth_list auth_switch get_stored_tokens logout(token_name)
 +0.26-1.19 _save_stored_tokens
 +0.27-0.36 _deprecate_arguments _deprecate_positional_args
 +1.0 interpreter_login(skip_if_logged_in) login(skip_if_logged_in)
  notebook_login(skip_if_logged_in)
 +1.16 _write_secret
 +1.20 DeviceCodeError OAuthTokenResponse _device_code_login _expiration_note _format_expiration
  _paste_token_login _prompt_login_method _read_stored_tokens_full _save_oauth_token
  _save_stored_tokens_full _validate_and_save_token poll_device_token request_device_code
  select_choice tabulate
 -0.14 HfApi
 -0.19 HfFolder _ask_for_confirmation_no_tui
 -1.19 NOTEBOOK_LOGIN_PASSWORD_HTML NOTEBOOK_LOGIN_TOKEN_HTML_END NOTEBOOK_LOGIN_TOKEN_HTML_START
  _login capture_output
_multi_commits
 +0.19-0.26 sha256
 -0.15 CommitOperation
 -0.26 .
_oauth
 +0.32 . OAuthInfo.__init__(access_token,access_token_expires_at,scope,state,user_info)
  OAuthOrgInfo.__init__(can_pay,name,picture,preferred_username,role_in_org,sub)
  OAuthUserInfo.__init__(can_pay,email,email_verified,is_pro,name,orgs)
  OAuthUserInfo.__init__(picture,preferred_username,profile,sub,website)
 +0.32-0.33 OAuthOrgInfo.__init__(missing_mfa,pending_sso)
 +0.32-1.3 OAuthOrgInfo.__init__(is_enterprise)
 +0.34 OAuthOrgInfo.__init__(security_restrictions)
 +1.4 OAuthOrgInfo.__init__(plan)
_oidc
 +1.19 .
_revision
 +1.26 .
 +1.30 ResolvedRevision._repo_id,_repo_type
_sandbox
 +1.22 . Sandbox.__init__(id,local_id,owns_sandbox,owns_server,server)
  SandboxCommandResult.__init__(duration_ms,exit_code,signal,stderr,stdout,timed_out)
  SandboxPool.__init__(_connect_mode,flavor,idle_timeout,image,max_hosts,name)
  SandboxPool.__init__(namespace,sandboxes_per_host,start_timeout,token,warm_up)
  SandboxProcess.__init__(_sandbox,cmd,exit_code,pid,running,started_at_ms)
  SandboxProcess.__init__(tag)
 +1.31 RESERVED_SANDBOX_LABELS Sandbox.create(labels)
 +1.32 ADOPT_NAMESPACE ADOPT_NEVER ADOPT_OWN CacheContext HOST_TRUST_TTL MAX_CAPTURED_OUTPUT_CHARS
  SANDBOX_SERVER_PROTOCOL SANDBOX_SERVER_SHA256 SANDBOX_SERVER_VERSION _CLOSE_DRAIN_TIMEOUT
  _SandboxAuth _bootstrap_command _cache_context _cached_host_rejection _check_server_protocol
  _host_rejection _normalize_image _open_download_target _server_host_rejection
  _server_url_rejection Sandbox.__init__(sandbox_token) Sandbox._sandbox_token
  Sandbox.run(capture_output) SandboxPool.__init__(adopt_hosts)
  SandboxPool._adopt_hosts,_adoptable,_adoptable_pending,_cache_context,_confirm_cached_host,_create_locked
  SandboxPool._drained,_in_flight,_live_host_count,_principal,_principal_id,_principal_resolved
  SandboxPool.connect(adopt_hosts) SandboxProcess.__init__(id)
 +2.1 _require_scoped_token
_sandbox_cache
 +1.22 .
 +1.32 CacheContext HOST_TRUST_TTL _DIGEST_PREFIX _DIR_MODE _JOB_ID_RE _MAX_COUNT _MAX_SECONDS
  _MAX_STR _MAX_TIMESTAMP _NONCE_RE _cache_rejection _check_pool_id _digest _ensure_private_dir
  _is_count _is_text _is_timestamp
_snapshot_download
 +0.17 snapshot_download(endpoint)
 +0.19-0.24 DEFAULT_ETAG_TIMEOUT HF_HUB_CACHE
 +0.20 GatedRepoError LocalEntryNotFoundError OfflineModeIsEnabled RepositoryNotFoundError
  RevisionNotFoundError
 +0.20-1.25 DatasetInfo ModelInfo SpaceInfo
 +0.22 snapshot_download(headers)
 +0.25 constants
 +0.32 HfHubHTTPError RepoFile
 +0.32-1.0 VERY_LARGE_REPO_THRESHOLD
 +1.0 DryRunError DryRunFileInfo snapshot_download(dry_run)
 +1.1-1.21 LARGE_REPO_THRESHOLD
 +1.1-1.9 is_tqdm_disabled
 +1.10 _create_progress_bar
 +1.10-1.25 KernelInfo
 +1.22 IncompleteSnapshotError TreeCacheEntry _local_file_exists _raise_if_incomplete_snapshot
  read_tree_cache tree_cache_folder_for_local_dir write_tree_cache
 +1.23 CachedRepoTreeNotFoundError XET_BYTES_BAR_FORMAT XET_TRANSFER_BAR_FORMAT
  _finish_transfer_bar _update_transfer_bar get_cached_repo_tree
 +1.24 _set_aggregate_rate_postfix
 +1.25 hf_thread_map
 +1.26 ResolvedRevision
 +1.31 _cache_commit_hash_for_specific_revision
 +1.32 as_extended_path flag_as_download_call
 -0.16 Literal
 -0.18 HUGGINGFACE_HUB_CACHE
 -0.24 DEFAULT_REVISION HF_HUB_ENABLE_HF_TRANSFER REPO_TYPES
 -0.36 snapshot_download(local_dir_use_symlinks,proxies,resume_download)
_space_api
 +0.17 SpaceRuntime.storage SpaceStorage SpaceVariable parse_datetime
  SpaceVariable.__init__(key,values)
 +0.19 SpaceHardware.A10G_LARGEX2,A10G_LARGEX4,ZERO_A10G
 +0.25 SpaceHardware.L4X1,L4X4
 +0.25-0.30 SpaceHardware.V5E_1X1,V5E_2X2,V5E_2X4
 +0.30 SpaceHardware.L40SX1,L40SX4,L40SX8
 +0.30-1.16 SpaceHardware.CPU_XL
 +0.30-1.3 SpaceHardware.H100,H100X8
 +1.11 SpaceSearchResult SpaceSearchResult.__init__(data)
 +1.11-1.15 Volume.to_hf_handle
 +1.14 SpaceSecret SpaceSecret.__init__(key,values)
 +1.16 HfMount HfUri Volume.to_uri
 +1.17 SpaceRuntime.dev_mode
 +1.20 INTERMEDIATE_SPACE_STAGES TERMINAL_SPACE_STAGES
 +1.23 SpaceTemplate SpaceTemplate.__init__(data)
 +1.4-1.7 SpaceHardware.A100x4,A100x8
 +1.5 SpaceHotReloading SpaceRuntime.hot_reloading
 +1.6 SpaceStage.APP_STARTING,RUNNING_APP_STARTING
 +1.8 SpaceHardware.A100X4,A100X8
 +1.8-1.16 SpaceHardware.CPU_PERFORMANCE,H200,H200X2,H200X4,H200X8,INF2X6 SpaceHardware.SPRX8
 +1.9 SpaceRuntime.volumes Volume
 +2.1 ZeroGpuQuota ZeroGpuQuota.__init__(data)
 +2.3 SpaceHardware.RTX_PRO_6000,RTX_PRO_6000X2,RTX_PRO_6000X4,RTX_PRO_6000X8
_tensorboard_logger
 +0.16 .
  HFSummaryWriter.__init__(commit_every,logdir,path_in_repo,repo_allow_patterns,repo_id,repo_ignore_patterns)
  HFSummaryWriter.__init__(repo_private,repo_revision,repo_type,squash_history,token)
 +0.16-0.22 is_tensorboard_available
 +0.16-0.34 SummaryWriter
 +0.17 HFSummaryWriter.repo_id,repo_revision,repo_type
 +0.23-1.31 is_summary_writer_available
 +0.25 EntryNotFoundError ModelCard
 +0.35-1.31 _DummySummaryWriter _RuntimeSummaryWriter
 +1.32 HFSummaryWriter._summary_writer,logdir _load_summary_writer
_tree_cache
 +1.22 .
 +1.26 is_valid_tree_entries is_valid_xet_hash
 +1.32 as_extended_path
_upload_large_folder
 +0.25-0.31 MAX_NB_LFS_FILES_PER_COMMIT MAX_NB_REGULAR_FILES_PER_COMMIT _get_items_to_commit
 +0.25-0.36 constants
 +0.25-1.33 .
 +0.31-1.33 COMMIT_SIZE_SCALE
 +0.32-1.33 MAX_NB_FILES_FETCH_UPLOAD_MODE
 +0.34-1.33 MAX_FILES_PER_FOLDER MAX_FILES_PER_REPO MAX_FILE_SIZE_GB RECOMMENDED_FILE_SIZE_GB
  UPLOAD_BATCH_SIZE_LFS UPLOAD_BATCH_SIZE_XET _validate_upload_limits is_xet_available
 +1.32-1.33 MAX_CONSECUTIVE_ERRORS
_upload_pipeline
 +1.20 .
_webhooks_payload
 +0.23 BaseModel WebhookPayloadUpdatedRef is_pydantic_available WebhookPayload.updatedRefs
 -0.14 is_gradio_available
 -0.16 Literal
_webhooks_server
 +0.20 WebhooksServer.launch
 +0.20-0.22 _deprecate_method
 +0.23 is_fastapi_available
 +0.23-1.31 FastAPI JSONResponse Request
 +1.32 _load_fastapi
 -0.22 WebhooksServer.run
community
 +0.25 constants
 +0.36 DiscussionEventArgs
 -0.16 Literal
 -0.24 REPO_TYPE_MODEL
constants
 +0.17-0.36 ALL_INFERENCE_API_FRAMEWORKS MAIN_INFERENCE_API_FRAMEWORKS
 +0.19 DEFAULT_DOWNLOAD_TIMEOUT DEFAULT_ETAG_TIMEOUT DEFAULT_REQUEST_TIMEOUT DOWNLOAD_CHUNK_SIZE
  HF_ASSETS_CACHE HF_HOME HF_HUB_CACHE HF_HUB_DOWNLOAD_TIMEOUT HF_HUB_ETAG_TIMEOUT
  INFERENCE_ENDPOINTS_ENDPOINT _staging_home
 +0.19-0.36 HF_TRANSFER_CONCURRENCY
 +0.20 DISCUSSION_STATUS DISCUSSION_TYPES DiscussionStatusFilter DiscussionTypeFilter
  SAFETENSORS_INDEX_FILE SAFETENSORS_MAX_HEADER_LENGTH SAFETENSORS_SINGLE_FILE
 +0.22 _HF_DEFAULT_ENDPOINT _HF_DEFAULT_STAGING_ENDPOINT
 +0.24 FILELOCK_LOG_EVERY_SECONDS PYTORCH_WEIGHTS_FILE_PATTERN SAFETENSORS_WEIGHTS_FILE_PATTERN
  TF2_WEIGHTS_FILE_PATTERN WEBHOOK_DOMAIN_T
 +0.26 HF_STORED_TOKENS_PATH
 +0.28 INFERENCE_PROXY_TEMPLATE
 +0.29 HF_DEBUG HF_HUB_USER_AGENT_ORIGIN
 +0.30 HF_XET_CACHE HUGGINGFACE_HEADER_LINK_XET_AUTH_KEY HUGGINGFACE_HEADER_X_BILL_TO
  HUGGINGFACE_HEADER_X_XET_ACCESS_TOKEN HUGGINGFACE_HEADER_X_XET_ENDPOINT
  HUGGINGFACE_HEADER_X_XET_EXPIRATION HUGGINGFACE_HEADER_X_XET_HASH
  HUGGINGFACE_HEADER_X_XET_REFRESH_ROUTE INFERENCE_CATALOG_ENDPOINT default_xet_cache_path
 +0.31 MAX_HTTP_DOWNLOAD_SIZE
 +0.31-1.27 INFERENCE_ENDPOINT_IMAGE_KEYS
 +0.32 OAUTH_CLIENT_ID OAUTH_CLIENT_SECRET OAUTH_MAX_REDIRECTS OAUTH_SCOPES OPENID_PROVIDER_URL
 +0.34 HF_HUB_DISABLE_XET
 +1.0 CHECK_FOR_UPDATE_DONE_PATH HF_XET_HIGH_PERFORMANCE
 +1.10 REPO_TYPES_WITH_KERNEL REPO_TYPE_KERNEL
 +1.13 HF_HUB_DISABLE_UPDATE_CHECK HF_JOBS_ARTIFACTS_BUCKET_NAME HF_JOBS_ARTIFACTS_MOUNT_PATH
  HF_PROTOCOL HF_URI_TYPE_PREFIXES HfUriType
 +1.18 HF_URL_HOSTS
 +1.19 AGENT_HARNESSES_PATH
 +1.2 is_offline_mode
 +1.20 DEVICE_CODE_OAUTH_CLIENT_ID
 +1.22 SANDBOX_SERVER_BUCKET
 +1.27 AGENTS_SKILLS_GLOBAL_PATH AGENTS_SKILLS_LOCAL_PATH CHECK_FOR_SKILL_UPDATE_DONE_PATH
  CLAUDE_SKILLS_GLOBAL_PATH CLAUDE_SKILLS_LOCAL_PATH
 +1.32 HF_HUB_DISABLE_SHARED_BLOBS X_HF_DOWNLOAD_COUNTER
 +1.4 EVAL_RESULTS_FOLDER
 +1.6 DATASETS_SERVER_ENDPOINT
 +1.9 HF_HUB_DISABLE_SYMLINKS
 -0.28 _OLD_HF_TOKEN_PATH
 -0.36 HF_HUB_ENABLE_HF_TRANSFER HF_HUB_LOCAL_DIR_AUTO_SYMLINK_THRESHOLD hf_cache_home
dataclasses
 +0.31 .
 +1.0 NotRequired Required TypedDictType _TYPED_DICT_DEFAULT_VALUE
  _build_strict_cls_from_typed_dict _is_required_or_notrequired validate_typed_dict
 +1.1 _get_typed_dict_annotations
 +1.5 _validate_sequence
 +1.9 _validate_none
errors
 +0.22 .
 +0.23 HFValidationError InferenceEndpointError InferenceEndpointTimeoutError
  LocalTokenNotFoundError NotASafetensorsRepoError OfflineModeIsEnabled SafetensorsParsingError
 +0.23-0.25 TemplateError
 +0.25 BadRequestError CacheNotFound CorruptedCacheException DisabledRepoError EntryNotFoundError
  FileMetadataError GatedRepoError HfHubHTTPError LocalEntryNotFoundError RepositoryNotFoundError
  RevisionNotFoundError CacheNotFound.__init__(cache_dir,msg)
  HfHubHTTPError.__init__(message,response,server_message)
  LocalEntryNotFoundError.__init__(message)
 +0.25-0.36 EntryNotFoundError.append_to_message,args,request_id,server_message
 +0.27 DDUFCorruptedFileError DDUFError DDUFExportError DDUFInvalidEntryNameError
 +0.30 XetDownloadError
 +0.30-1.18 XetAuthorizationError XetError XetRefreshTokenError
 +0.31 StrictDataclassClassValidationError StrictDataclassDefinitionError StrictDataclassError
  StrictDataclassFieldValidationError
 +1.0 DryRunError RemoteEntryNotFoundError HfHubHTTPError.request,response
 +1.1 HfHubHTTPError._reconstruct_hf_hub_http_error
 +1.11 ConfirmationError
 +1.13 HfUriError
 +1.17 FileDuplicationError
 +1.19 OIDCError
 +1.20 DeviceCodeError JobNotFoundError OAuthErrorCode
 +1.22 IncompleteSnapshotError SandboxCommandError SandboxError
 +1.23 CachedRepoTreeNotFoundError
 +1.26 RevisionResolutionError
 +1.33 BucketBatchError
 +1.4 CLIError
 +1.5 BucketNotFoundError
 +1.6 BucketNotFoundError.bucket_id RepositoryNotFoundError.repo_id,repo_type
  RevisionNotFoundError.repo_id,repo_type
 +1.7 CLIExtensionInstallError
fastai_utils
 +0.25 constants
 -0.24 CONFIG_NAME
 -0.36 _PY_VERSION
file_download
 +0.17 GatedRepoError RepositoryNotFoundError RevisionNotFoundError _check_disk_space
  hf_hub_download(endpoint) hf_hub_url(endpoint)
 +0.17-0.24 ENDPOINT
 +0.18 FileMetadataError
 +0.19-0.24 DEFAULT_ETAG_TIMEOUT DEFAULT_REQUEST_TIMEOUT DOWNLOAD_CHUNK_SIZE HF_HUB_CACHE
  HF_HUB_DOWNLOAD_TIMEOUT HF_HUB_ETAG_TIMEOUT HF_TRANSFER_CONCURRENCY
 +0.19-0.25 sha256
 +0.19-0.30 get_session
 +0.19-0.36 reset_sessions
 +0.20 get_hf_file_metadata(library_name,library_version,user_agent)
 +0.20-0.21+0.24-0.25 _deprecate_method
 +0.22 WeakFileLock get_hf_file_metadata(headers) hf_hub_download(headers)
 +0.23 REGEX_SHA256 _chmod_and_move _download_to_tmp_and_move _get_metadata_or_catch_error
  _hf_hub_download_to_cache_dir _hf_hub_download_to_local_dir _raise_on_head_call_error
  get_local_download_paths read_download_metadata sha_fileobj write_download_metadata
 +0.24 _copy_no_matter_what
 +0.24-0.25 _deprecate_arguments
 +0.27-0.29 is_tqdm_disabled
 +0.29 HfHubHTTPError _adjust_range_header
 +0.30 HfFileMetadata.__init__(xet_file_data) XetFileData _get_progress_bar_context
  is_xet_available parse_xet_file_data_from_response xet_get
 +0.30-1.18 refresh_xet_connection_info
 +0.31 _get_file_length_from_http_response
 +0.34 get_hf_file_metadata(endpoint)
 +1.0 DryRunFileInfo RemoteEntryNotFoundError http_stream_backoff
  DryRunFileInfo.__init__(commit_hash,file_size,filename,is_cached,local_path,will_download)
  hf_hub_download(dry_run)
 +1.0-1.4 _httpx_follow_relative_redirects
 +1.1 hf_hub_download(tqdm_class)
 +1.2 _DEFAULT_RETRY_ON_EXCEPTIONS _DEFAULT_RETRY_ON_STATUS_CODES _ETAG_RETRY_TIMEOUT
  get_hf_file_metadata(retry_on_errors)
 +1.22 XetTokenType _xet_file_metadata_from_tree_cache read_tree_cache
  tree_cache_folder_for_local_dir xet_connection_info_refresh_url
 +1.26 ResolvedRevision _validate_relative_filename is_valid_xet_hash
 +1.27 _detach_tracebacks
 +1.30 _is_same_or_hub_host
 +1.30-1.33 _httpx_follow_hub_redirects_with_backoff
 +1.32 _replace_no_matter_what as_extended_path flag_as_download_call has_shared_blob
  publish_blob_to_shared_store shared_blobs_enabled try_link_from_shared_store
 +1.5-1.29 _httpx_follow_relative_redirects_with_backoff
 +1.9 _create_cachedir_tag
 +2.0 _httpx2_follow_hub_redirects_with_backoff
 -0.16 Literal
 -0.18 _request_with_retry
 -0.18+0.31-1.4 http_backoff
 -0.19 _raise_if_offline_mode_is_enabled
 -0.21 _http_user_agent http_user_agent
 -0.22 _chmod_and_replace _to_local_dir
 -0.22+0.25 constants
 -0.24 DEFAULT_REVISION HF_HUB_DISABLE_SYMLINKS_WARNING HF_HUB_ENABLE_HF_TRANSFER
  HUGGINGFACE_HEADER_X_LINKED_ETAG HUGGINGFACE_HEADER_X_LINKED_SIZE
  HUGGINGFACE_HEADER_X_REPO_COMMIT REPO_ID_SEPARATOR REPO_TYPES REPO_TYPES_URL_PREFIXES
 -0.25 cached_download filename_to_url url_to_filename hf_hub_download(legacy_cache_layout)
 -0.36 EntryNotFoundError HUGGINGFACE_CO_URL_TEMPLATE HUGGINGFACE_HUB_CACHE _PY_VERSION
  _request_wrapper get_fastai_version get_fastcore_version get_graphviz_version get_jinja_version
  get_pydot_version get_tf_version get_torch_version is_fastai_available is_fastcore_available
  is_graphviz_available is_jinja_available is_pydot_available is_tf_available is_torch_available
  get_hf_file_metadata(proxies)
  hf_hub_download(force_filename,local_dir_use_symlinks,proxies,resume_download)
 -1.31 tqdm
 -1.4 HTTP_METHOD_T
hf_api
 +0.15 CallableT R future_compatible run_as_future HfApi._thread_pool,run_as_future
  HfApi.create_commit(run_as_future) HfApi.upload_file(run_as_future)
  HfApi.upload_folder(run_as_future)
 +0.15-0.22 HfApi.list_files_info(expand)
 +0.15-0.36 HfApi.get_token_permission get_token_permission
 +0.15-0.36+1.2 LocalTokenNotFoundError
 +0.16 CommitOperationCopy
 +0.16-0.17 fetch_lfs_files_to_copy
 +0.17 HfApi.add_space_secret(description)
  HfApi.add_space_variable,delete_space_variable,file_exists,get_space_variables,hf_hub_download,repo_exists
  HfApi.snapshot_download,super_squash_history
  HfApi.create_repo(space_secrets,space_sleep_time,space_variables) HfApi.delete_repo(missing_ok)
  HfApi.restart_space(factory_reboot) RevisionNotFoundError SpaceVariable add_space_variable
  delete_space_variable file_exists get_space_variables repo_exists super_squash_history
 +0.17-0.25 HfApi.hf_hub_download(legacy_cache_layout)
 +0.17-0.36 HfApi.hf_hub_download(force_filename,local_dir_use_symlinks,proxies,resume_download)
  HfApi.snapshot_download(local_dir_use_symlinks,proxies,resume_download)
 +0.17-1.31 get_hf_file_metadata hf_hub_url
 +0.17-1.33 HfApi.create_repo(space_storage) HfApi.delete_space_storage,request_space_storage
  HfApi.duplicate_space(hardware,secrets,sleep_time,storage,variables) SpaceStorage
  delete_space_storage request_space_storage
 +0.18 Collection CollectionItem CollectionItemType_T User _CREATE_COMMIT_NO_REPO_ERROR_MESSAGE
  add_collection_item create_collection delete_collection delete_collection_item get_collection
  list_repo_likers preupload_lfs_files update_collection_item update_collection_metadata
  Collection.__init__(data,endpoint) CollectionItem.__init__(_id,id,note,position,type)
  HfApi.add_collection_item,create_collection,delete_collection,delete_collection_item,get_collection,list_repo_likers
  HfApi.preupload_lfs_files,update_collection_item,update_collection_metadata
  HfApi.hf_hub_download(token) HfApi.snapshot_download(token)
  User.__init__(avatar_url,fullname,username)
 +0.18-0.20 _fetch_lfs_files_to_copy
 +0.18-0.35 _upload_lfs_files
 +0.18-1.19 _prepare_commit_payload
 +0.18-1.31 _fetch_upload_modes _warn_on_overwriting_operations
 +0.19 BlobSecurityInfo DatasetCardData InferenceEndpoint InferenceEndpointType ModelCardData
  RepoSibling SafeTensorsInfo SpaceCardData TransformersInfo create_inference_endpoint
  delete_inference_endpoint get_inference_endpoint list_inference_endpoints
  pause_inference_endpoint resume_inference_endpoint scale_to_zero_inference_endpoint
  update_inference_endpoint Collection._url,upvotes
  GitCommitInfo.__init__(authors,commit_id,created_at,formatted_message,formatted_title,message)
  GitCommitInfo.__init__(title) GitRefInfo.__init__(name,ref,target_commit)
  HfApi._get_namespace,create_inference_endpoint,delete_inference_endpoint,get_inference_endpoint,list_inference_endpoints,pause_inference_endpoint
  HfApi.resume_inference_endpoint,scale_to_zero_inference_endpoint,update_inference_endpoint
 +0.19-0.19 BlobLastCommitInfo
 +0.19-0.23 _is_emission_within_treshold
 +0.19-0.36 DEFAULT_ETAG_TIMEOUT INFERENCE_ENDPOINTS_ENDPOINT
 +0.20 AccessRequest GatedRepoError HfFileMetadata LastCommitInfo NotASafetensorsRepoError
  RepoFolder SafetensorsFileMetadata SafetensorsParsingError SafetensorsRepoMetadata TensorInfo
  accept_access_request cancel_access_request get_paths_info get_safetensors_metadata grant_access
  list_accepted_access_requests list_collections list_pending_access_requests
  list_rejected_access_requests list_repo_tree parse_safetensors_file_metadata
  reject_access_request GitRefs.__init__(pull_requests)
  HfApi._handle_access_request,_list_access_requests,accept_access_request,cancel_access_request,get_hf_file_metadata,get_paths_info
  HfApi.get_safetensors_metadata,grant_access,list_accepted_access_requests,list_collections,list_pending_access_requests,list_rejected_access_requests
  HfApi.list_repo_tree,parse_safetensors_file_metadata,reject_access_request
  HfApi.create_inference_endpoint(custom_image)
  HfApi.get_repo_discussions(author,discussion_status,discussion_type)
  HfApi.list_repo_refs(include_pull_requests) HfApi.preupload_lfs_files(gitignore_content)
 +0.20-0.22+0.25-0.36+1.6-1.33 _deprecate_method
 +0.20-0.36 CommitInfo.__init__(_url) DEFAULT_REQUEST_TIMEOUT DISCUSSION_STATUS DISCUSSION_TYPES
  DiscussionStatusFilter DiscussionTypeFilter SAFETENSORS_INDEX_FILE SAFETENSORS_MAX_HEADER_LENGTH
  SAFETENSORS_SINGLE_FILE HfApi.get_hf_file_metadata(proxies)
 +0.20-1.31 hf_tqdm
 +0.21
  HfApi.list_datasets(benchmark,dataset_name,language,language_creators,multilinguality,size_categories)
  HfApi.list_datasets(task_categories,task_ids) HfApi.list_models(pipeline_tag,trained_dataset)
  HfApi.revision_exists revision_exists
 +0.21-0.36 HfApi.list_models(language,library,tags,task)
 +0.21-1.31 _fetch_files_to_copy
 +0.21-1.33 HfApi.list_models(model_name)
 +0.22 HfApi.__init__(headers) fix_hf_endpoint_in_url
 +0.23 DEFAULT_IGNORE_PATTERNS get_user_overview list_organization_members list_user_followers
  list_user_following
  HfApi.get_user_overview,list_organization_members,list_user_followers,list_user_following
  User.details,is_following,is_pro,num_datasets,num_discussions,num_likes
  User.num_models,num_papers,num_spaces,num_upvotes,user_type
 +0.24 ExpandDatasetProperty_T ExpandModelProperty_T ExpandSpaceProperty_T WebhookInfo
  WebhookWatchedItem _is_emission_within_threshold create_webhook delete_files delete_webhook
  disable_webhook enable_webhook get_webhook list_webhooks update_webhook
  HfApi._prepare_folder_deletions,create_webhook,delete_files,delete_webhook,disable_webhook,enable_webhook
  HfApi.get_webhook,list_webhooks,update_webhook HfApi.create_repo(resource_group_id)
  HfApi.dataset_info(expand) HfApi.list_datasets(expand) HfApi.list_models(expand)
  HfApi.list_spaces(expand) HfApi.model_info(expand) HfApi.repo_info(expand)
  HfApi.resume_inference_endpoint(running_ok) HfApi.space_info(expand)
  HfApi.update_inference_endpoint(custom_image)
  WebhookInfo.__init__(disabled,domains,id,secret,url,watched)
  WebhookWatchedItem.__init__(name,type)
 +0.24-0.36 WEBHOOK_DOMAIN_T
 +0.24-1.2 HfApi.list_datasets(tags)
 +0.25 CommitInfo.__init__(repo_url)
  DatasetInfo.author,cardData,card_data,created_at,disabled,downloads
  DatasetInfo.downloads_all_time,gated,id,lastModified,last_modified,likes
  DatasetInfo.paperswithcode_id,private,sha,siblings,tags,trending_score
  HfApi._prepare_upload_folder_additions,_validate_yaml,auth_check,update_repo_settings
  HfApi.create_inference_endpoint(scale_to_zero_timeout,secrets) HfApi.get_user_overview(token)
  HfApi.list_datasets(gated) HfApi.list_models(gated,inference)
  HfApi.list_organization_members(token) HfApi.list_user_followers(token)
  HfApi.list_user_following(token) HfApi.update_inference_endpoint(scale_to_zero_timeout,secrets)
  ModelInfo.author,cardData,card_data,config,created_at,disabled
  ModelInfo.downloads,downloads_all_time,gated,gguf,id,inference
  ModelInfo.lastModified,last_modified,library_name,likes,mask_token,model_index
  ModelInfo.pipeline_tag,private,safetensors,sha,siblings,spaces
  ModelInfo.tags,transformersInfo,transformers_info,trending_score,widget_data Organization
  _AUTH_CHECK_NO_REPO_ERROR_MESSAGE auth_check constants update_repo_settings
  SpaceInfo.author,cardData,card_data,created_at,datasets,disabled
  SpaceInfo.gated,host,id,lastModified,last_modified,likes
  SpaceInfo.models,private,runtime,sdk,sha,siblings SpaceInfo.subdomain,tags,trending_score
  User.num_followers,num_following,orgs
 +0.25-1.31 upload_large_folder_internal
 +0.25-1.33 HfApi.upload_large_folder upload_large_folder
 +0.26 HfApi.list_papers,paper_info HfApi.update_repo_settings(private)
  ModelInfo.security_repo_status PaperInfo list_papers paper_info
 +0.28 HfApi.reject_access_request(rejection_reason)
 +0.29 InferenceProviderMapping _get_token_from_environment _get_token_from_file
  _get_token_from_google_colab get_token ModelInfo.inference_provider_mapping
 +0.30
  HfApi.create_inference_endpoint_from_catalog,list_inference_catalog,list_lfs_files,permanently_delete_lfs_files
  LFSFileInfo chunk_iterable create_inference_endpoint_from_catalog list_inference_catalog
  list_lfs_files permanently_delete_lfs_files
 +0.30-0.35 _upload_xet_files
 +0.30-0.35+1.20 is_xet_available
 +0.30-0.36 DatasetInfo.xet_enabled HfApi.update_repo_settings(xet_enabled) ModelInfo.xet_enabled
  SpaceInfo.xet_enabled
 +0.31 HfApi.create_inference_endpoint(cache_http_responses,domain,env,path,tags)
  HfApi.update_inference_endpoint(cache_http_responses,domain,env,path,tags)
 +0.33 HfApi.list_models(inference_provider) PROVIDER_T
 +0.34 HfApi.cancel_job,fetch_job_logs,inspect_job,list_jobs,run_job,run_uv_job JobInfo cancel_job
  fetch_job_logs inspect_job list_jobs run_job run_uv_job
 +0.34-1.2 HfApi.run_uv_job(_repo)
 +0.35
  HfApi._create_uv_command_env_and_secrets,create_scheduled_job,create_scheduled_uv_job,delete_scheduled_job,inspect_scheduled_job,list_scheduled_jobs
  HfApi.resume_scheduled_job,suspend_scheduled_job HfApi.list_models(apps) ScheduledJobInfo
  _create_job_spec create_scheduled_job create_scheduled_uv_job delete_scheduled_job
  inspect_scheduled_job list_scheduled_jobs resume_scheduled_job suspend_scheduled_job
 +0.35-1.2 HfApi.create_scheduled_uv_job(_repo)
 +0.36 HfApi.create_webhook(job_id) HfApi.get_organization_overview JobSpec
  get_organization_overview Organization.avatar_url,details,fullname,is_following,is_verified,name
  Organization.num_datasets,num_followers,num_models,num_spaces,num_users
  WebhookInfo.__init__(job)
 +0.36-1.31 _upload_files
 +1.0 DryRunFileInfo RemoteEntryNotFoundError list_organization_followers
  HfApi.hf_hub_download(dry_run) HfApi.list_organization_followers
 +1.1 FolderVerification verify_repo_checksums HfApi.hf_hub_download(tqdm_class)
  HfApi.snapshot_download(dry_run) HfApi.verify_repo_checksums
 +1.1-1.31 collect_local_files resolve_local_root verify_maps
 +1.10 HfApi.batch_bucket_files(copy) HfApi.copy_files,kernel_info KernelInfo
  SPECIAL_REFS_REVISION_REGEX _BucketCopyFile copy_files kernel_info UserLikes.__init__(kernels)
 +1.10-1.15 _parse_hf_copy_handle
 +1.10-1.16 _BucketCopyHandle _RepoCopyHandle
 +1.10-1.31 silent_tqdm
 +1.11 HfApi._fetch_space_logs_sse,_stream_sse_events,fetch_space_logs,search_spaces
  SpaceSearchResult fetch_space_logs search_spaces
 +1.12 DatasetInfo.main_size HfApi.list_buckets(search)
 +1.13 HfApi._upload_scripts_to_bucket,list_spaces_hardware list_spaces_hardware
 +1.14 HfApi.get_space_secrets SpaceSecret get_space_secrets
 +1.15 HfApi.create_bucket(region) HfApi.create_repo(region) REPO_REGIONS
 +1.16 HfApi.fetch_job_logs(tail) parse_hf_uri
 +1.16-1.16 _parse_hf_copy_uri
 +1.16-1.31 _parse_bucket_uri
 +1.17 FileDuplicationError HfUri JobHardwareInfo RepoStorageInfo _resolve_copy_target_path
  list_user_repos update_job_labels update_scheduled_job_labels
  HfApi._copy_to_bucket,_copy_to_repo,_duplicate_lfs_files,_iter_repo_files_for_copy,list_user_repos,update_job_labels
  HfApi.update_scheduled_job_labels
 +1.17-1.31 DUPLICATE_LFS_BATCH_SIZE _CopySource
 +1.19 HfApi.create_scheduled_job(expose) HfApi.create_scheduled_uv_job(expose)
  HfApi.run_job(expose) HfApi.run_uv_job(expose)
 +1.2 HfApi._inner_whoami,_whoami_cache,list_daily_papers
  HfApi.create_inference_endpoint(scaling_metric,scaling_threshold)
  HfApi.update_inference_endpoint(scaling_metric,scaling_threshold) HfApi.whoami(cache)
  InferenceEndpointScalingMetric _REGEX_HTTP_PROTOCOL list_daily_papers
  RepoFile.blob_id,lastCommit,last_commit,lfs,path,rfilename RepoFile.security,size
  RepoFolder.last_commit,path,tree_id
 +1.20 HfApi.create_inference_endpoint(container_args,container_command) HfApi.run_job(ssh)
  HfApi.run_uv_job(ssh) HfApi.wait_for_job,wait_for_space HfUriError INTERMEDIATE_SPACE_STAGES
  JobStage TERMINAL_JOB_STAGES wait_for_job wait_for_space
 +1.20-1.31 _send_commit pipelined_upload
 +1.21 HfApi.list_jobs(labels,status)
 +1.22 HfApi.get_dataset_leaderboard(base_model_only) HfApi.sync_job_volume,trigger_scheduled_job
  _derive_job_volume_name sync_job_volume trigger_scheduled_job
 +1.23 HfApi.create_repo(space_template) HfApi.list_space_templates SpaceTemplate
  XetUploadProgressReporter list_space_templates
 +1.24 HfApi.create_scheduled_job(name) HfApi.create_scheduled_uv_job(name) HfApi.run_job(name)
  HfApi.run_uv_job(name)
 +1.25 HfApi.get_safetensors_metadata(timeout) HfApi.parse_safetensors_file_metadata(timeout)
  _default_job_name_from_image _default_job_name_from_script
 +1.25-1.31 hf_thread_map
 +1.26 HfApi.create_collection(resource_group_id) HfApi.create_scheduled_job(resource_group_id)
  HfApi.create_scheduled_uv_job(resource_group_id)
  HfApi.resolve_revision,update_collection_resource_group HfApi.run_job(resource_group_id)
  HfApi.run_uv_job(resource_group_id) OfflineModeIsEnabled ResolvedRevision
  RevisionResolutionError resolve_revision update_collection_resource_group
 +1.26-1.31 REGEX_COMMIT_HASH _cache_commit_hash_for_specific_revision repo_folder_name
 +1.27 HfApi.update_inference_endpoint(container_args,container_command) SpaceInfo.region
 +1.28 HfApi.list_inference_endpoints_hardware
  HfApi.update_inference_endpoint(data_parallel_size,tensor_parallel_size)
  InferenceEndpointHardware _build_endpoint_image_payload _set_parallelism_in_image
  list_inference_endpoints_hardware
 +1.29 HfApi.update_bucket_settings update_bucket_settings
 +1.3 CommitInfo.__init__(_endpoint) DatasetSort_T JobHardware ModelSort_T PaperAuthor SpaceSort_T
  _get_safetensors_metadata_size _parse_safetensors_header fetch_job_metrics
  get_local_safetensors_metadata list_jobs_hardware parse_local_safetensors_file_metadata
  HfApi._fetch_running_job_sse,fetch_job_metrics,list_jobs_hardware HfApi.list_papers(limit)
  Organization.num_papers
 +1.30 HfApi.list_scheduled_jobs(labels)
 +1.30-1.33 _httpx_follow_hub_redirects_with_backoff
 +1.32 DEFAULT_UV_IMAGE flag_as_download_call
  HfApi.create_inference_endpoint(container_registry_password,container_registry_username)
  HfApi.run_job(network_aliases,network_group) HfApi.run_uv_job(network_aliases,network_group)
 +1.33 BucketBatchError _BUCKET_BATCH_MAX_LISTED_FAILURES _bucket_batch_error
  HfApi.create_inference_endpoint(private_link_account_id,private_link_region)
 +1.4 CollectionSort_T DailyPapersSort_T EvalResultEntry parse_eval_result_entries
  HfApi.create_scheduled_job(labels) HfApi.create_scheduled_uv_job(labels) HfApi.run_job(labels)
  HfApi.run_uv_job(labels) ModelInfo.eval_results Organization.plan
 +1.5 BucketFile BucketFileMetadata BucketFolder BucketInfo BucketUrl SyncPlan
  _BUCKET_BATCH_ADD_CHUNK_SIZE _BUCKET_BATCH_DELETE_CHUNK_SIZE _BUCKET_PATHS_INFO_BATCH_SIZE
  _BucketAddFile _BucketDeleteFile batch_bucket_files bucket_info create_bucket delete_bucket
  download_bucket_files get_bucket_file_metadata get_bucket_paths_info http_backoff
  list_bucket_tree list_buckets move_bucket parse_xet_file_data_from_response sync_bucket
  HfApi._batch_bucket_files,batch_bucket_files,bucket_info,create_bucket,delete_bucket,download_bucket_files
  HfApi.get_bucket_file_metadata,get_bucket_paths_info,list_bucket_tree,list_buckets,move_bucket,sync_bucket
  HfApi.auth_check(write) HfApi.create_commit(_hot_reload)
  HfApi.create_inference_endpoint_from_catalog(accelerator) HfApi.fetch_job_logs(follow)
  HfApi.upload_file(_hot_reload) RepoFile.xet_hash
 +1.5-1.15 _split_bucket_id_and_prefix
 +1.5-1.18 XetAuthorizationError XetRefreshTokenError XetTokenType
  fetch_xet_connection_info_from_repo_info refresh_xet_connection_info
 +1.5-1.22 XetProgressReporter _get_progress_bar_context reset_xet_connection_info_cache_for_repo
 +1.5-1.29 _httpx_follow_relative_redirects_with_backoff
 +1.5-1.31 are_progress_bars_disabled sync_bucket_internal
 +1.6 DatasetParquetEntry disable_space_dev_mode duplicate_repo enable_space_dev_mode
  list_dataset_parquet_files
  HfApi.disable_space_dev_mode,duplicate_repo,enable_space_dev_mode,list_dataset_parquet_files
 +1.6-1.33 HfApi.duplicate_repo(space_storage)
 +1.7 DatasetInfo.citation,description,resource_group,used_storage
  HfApi.list_models(num_parameters)
  ModelInfo.base_models,children_model_count,resource_group,used_storage
  SpaceInfo.resource_group,used_storage
 +1.8 DatasetLeaderboardEntry RepoVisibility_T Volume _resolve_repo_visibility
  get_dataset_leaderboard read_paper HfApi.create_repo(visibility)
  HfApi.create_scheduled_job(volumes) HfApi.create_scheduled_uv_job(volumes)
  HfApi.duplicate_repo(visibility) HfApi.get_dataset_leaderboard,read_paper HfApi.run_job(volumes)
  HfApi.run_uv_job(volumes) HfApi.update_repo_settings(visibility)
 +1.8-1.33 HfApi.duplicate_space(visibility)
 +1.9 HfApi.create_repo(space_volumes) HfApi.delete_space_volumes,set_space_volumes
  HfApi.duplicate_repo(space_volumes) delete_space_volumes set_space_volumes
 +2.0 _httpx2_follow_hub_redirects_with_backoff
 +2.1 DuplicatedRepoUrl InferenceCatalogModel ZeroGpuQuota _build_expose_payload
  get_zero_gpu_quota rerun_job update_job_expose update_scheduled_job_schedule
  HfApi.create_bucket(visibility)
  HfApi.create_inference_endpoint_from_catalog(gguf_file,recipe_id)
  HfApi.create_scheduled_job(attempts,expose_public)
  HfApi.create_scheduled_uv_job(attempts,expose_public) HfApi.create_webhook(secrets)
  HfApi.duplicate_repo(resource_group_id)
  HfApi.get_zero_gpu_quota,rerun_job,update_job_expose,update_scheduled_job_schedule
  HfApi.list_inference_catalog(accelerator,engine,license,limit,search,task)
  HfApi.run_job(attempts,expose_public) HfApi.run_uv_job(attempts,expose_public)
  HfApi.update_webhook(job_id,secrets)
 +2.2 HfApi.fetch_job_metrics(follow)
 +2.3 HfApi._iter_repo_tree_pages,get_sharded_safetensors_metadata,upload_attachment
  HfApi.accept_access_request(request_id) HfApi.cancel_access_request(request_id)
  HfApi.reject_access_request(request_id) _ATTACHMENT_CONTENT_TYPES _paginate_pages
  _safetensors_file_metadata_from_header get_sharded_safetensors_metadata upload_attachment
 -0.14 HfApi._is_valid_token HfApi.list_datasets(cardData) _deprecate_list_output
 -0.16 Literal TypedDict
 -0.17 fetch_upload_modes prepare_commit_payload upload_lfs_files warn_on_overwriting_operations
 -0.18 AttributeDictionary DatasetSearchArguments DatasetTags ModelSearchArguments ModelTags
  ReprMixin _filter_emissions DatasetSearchArguments.__init__(api) GitCommitInfo.__init__(data)
  GitRefInfo.__init__(data) ModelSearchArguments.__init__(api)
 -0.19 HfApi.list_repo_files(timeout)
 -0.19+0.21-0.23+0.35-1.5+1.9-1.33 _deprecate_arguments
 -0.22 HfApi.list_files_info IGNORE_GIT_FOLDER_PATTERNS list_files_info
 -0.23 DatasetFilter ModelFilter
  HfApi._prepare_upload_folder_deletions,_unpack_dataset_filter,_unpack_model_filter
  HfApi.update_repo_visibility(name,organization)
 -0.24 _prepare_upload_folder_additions
 -0.26 HfApi.create_commits_on_pr,list_metrics
  HfApi.upload_folder(multi_commits,multi_commits_verbose)
  MULTI_COMMIT_PR_CLOSE_COMMENT_FAILURE_BAD_REQUEST_TEMPLATE
  MULTI_COMMIT_PR_CLOSE_COMMENT_FAILURE_NO_CHANGES_TEMPLATE
  MULTI_COMMIT_PR_CLOSING_COMMENT_TEMPLATE MULTI_COMMIT_PR_COMPLETION_COMMENT_TEMPLATE MetricInfo
  MultiCommitException MultiCommitStep MultiCommitStrategy create_commits_on_pr list_metrics
  multi_commit_create_pull_request multi_commit_generate_comment multi_commit_parse_pr_description
  plan_multi_commits
 -0.26+0.30 experimental
 -0.27 HfApi.like like
 -0.36 DEFAULT_REVISION ENDPOINT HfFolder REGEX_COMMIT_OID REPO_TYPES REPO_TYPES_MAPPING
  REPO_TYPES_URL_PREFIXES REPO_TYPE_MODEL SPACES_SDK_TYPES update_repo_visibility
  HfApi.update_repo_visibility
 -0.36+1.5 EntryNotFoundError
 -1.33 HfApi.duplicate_space duplicate_space repo_type_and_id_from_hf_id
 -1.5 HfApi.list_datasets(direction) HfApi.list_models(direction) HfApi.list_spaces(direction)
hf_file_system
 +0.16 CommitOperationCopy
 +0.17 HfFileSystem.exists
 +0.18 SPECIAL_REFS_REVISION_REGEX safe_revision
 +0.19 HfFileSystem.start_transaction,transaction _raise_file_not_found hf_hub_url
 +0.20 HfFileSystem._ls_tree,find,glob,isdir,isfile LastCommitInfo RepoFile
 +0.20-1.5 HfFileSystemResolvedPath.__init__(_raw_revision)
 +0.21 HfFileSystem.url HfFileSystemFile.url HfFileSystemStreamFile reopen
  HfFileSystemStreamFile.__init__(block_size,cache_type,fs,mode,path,revision)
 +0.22 HfFileSystem.get_file HfFileSystemFile.read http_get
 +0.23-0.24 HF_HUB_DOWNLOAD_TIMEOUT HF_HUB_ETAG_TIMEOUT
 +0.23-0.33 HfFileSystemFile.details
 +0.24 HfFileSystem.walk
 +0.25 constants
 +0.31 HfFileSystemFile.loc
 +0.36 HfFileSystem.block_size,dircache make_instance
 +1.0 HfFileSystemStreamFile._exit_stack,_open_connection HfHubHTTPError http_stream_backoff
 +1.0-1.2 _partial_read
 +1.1 HfFileSystem._get_instance_state,_tokenize,expand_info _Cached _cached_base md5
 +1.16 parse_hf_uri
 +1.2 hffs
 +1.3 HfFileSystemStreamFile._read_from_stream,_stream_buffer,_stream_iterator
 +1.31 _validate_relative_filename
 +1.6 BucketFile BucketFolder BucketNotFoundError HfFileSystemResolvedBucketPath
  HfFileSystemResolvedRepositoryPath RepoFolder
  HfFileSystem._bucket_exists,_bucket_exists_cache,_list_bucket_tree_with_folders
  HfFileSystemResolvedPath.__init__(path,root)
 +2.1 HfFileSystem._get_xet_file_data XetFileData XetTokenType is_xet_available
  xet_connection_info_refresh_url xet_get
 +2.3 BUCKET_FOLLOWERS BUCKET_FOLLOWERS_LOCK BucketFileChange BucketFollower
  _MIN_PAGES_BEFORE_SPLIT _ParallelRepoTreeListing _cache_info_from_path_info
  HfFileSystem._apply_bucket_changes,_drop_outdated_parent_listing,_ensure_bucket_follower,_invalidate_bucket_tree,_invalidate_dircache_ancestors,_pending_bucket_changes
  HfFileSystem.live_follow,max_workers
 -0.17 HfFileSystem.expand_path
 -0.19 HfFileSystem._iter_tree paginate parse_datetime
 -0.24 DEFAULT_REVISION ENDPOINT REPO_TYPES_MAPPING REPO_TYPES_URL_PREFIXES REPO_TYPE_MODEL
 -1.5 HfFileSystemResolvedPath.__init__(path_in_repo,repo_id,repo_type,revision)
hub_mixin
 +0.19 HfHubHTTPError
 +0.21 EntryNotFoundError PyTorchModelHubMixin._load_as_pickle,_load_as_safetensor
 +0.21-0.21 ModelHubMixin.config
 +0.21-0.22 _deprecate_arguments
 +0.21-0.24 SAFETENSORS_SINGLE_FILE
 +0.21-1.31 is_safetensors_available
 +0.22 DEFAULT_MODEL_CARD MixinInfo ModelCard ModelCardData _load_dataclass is_jsonable
  ModelHubMixin._hub_mixin_config,_hub_mixin_info,_hub_mixin_init_parameters,_hub_mixin_inject_config,_hub_mixin_jsonable_default_values,generate_model_card
 +0.23 ARGS_T CODER_T DECODER_T ENCODER_T is_simple_optional_type unwrap_simple_optional_type
  ModelHubMixin._decode_arg,_encode_arg,_hub_mixin_coders,_hub_mixin_jsonable_custom_types,_is_jsonable
  ModelHubMixin.push_to_hub(model_card_kwargs)
 +0.25 constants
 +0.27 DataclassInstance
 -0.15 _deprecate_positional_args
 -0.22 ModelHubMixin.push_to_hub(api_endpoint)
 -0.24 CONFIG_NAME PYTORCH_WEIGHTS_NAME
 -1.31 is_torch_available
inference
 +0.16 .
inference._client
 +0.16 InferenceClient.__init__(cookies,headers,model,timeout,token)
 +0.16-0.16 Literal
 +0.16-0.18 _get_recommended_model
 +0.16-0.21 ClassificationOutput ImageSegmentationOutput TextGenerationParameters
  TextGenerationRequest TextGenerationResponse TextGenerationStreamResponse
 +0.16-0.22 _is_tgi_server _set_as_non_tgi
 +0.16-0.24 ConversationalOutput InferenceClient.conversational
 +0.16-0.27 InferenceClient._resolve_url
 +0.16-0.28 INFERENCE_ENDPOINT InferenceClient.summarization(parameters)
  InferenceClient.text_to_image(target_size)
 +0.16-0.30 InferenceClient.post
 +0.16-0.34 _open_as_binary
 +0.16-1.28 InferenceClient.zero_shot_image_classification(labels)
 +0.16-1.33 InferenceClient.text_generation(stop_sequences)
 +0.17
  InferenceClient.document_question_answering,fill_mask,object_detection,question_answering,table_question_answering,tabular_classification
  InferenceClient.tabular_regression,text_classification,token_classification,translation,visual_question_answering,zero_shot_classification
  TASKS_EXPECTING_IMAGES _bytes_to_list
 +0.17-0.21 FillMaskOutput ObjectDetectionOutput QuestionAnsweringOutput
  TableQuestionAnsweringOutput TokenClassificationOutput
 +0.17-0.28 ALL_INFERENCE_API_FRAMEWORKS MAIN_INFERENCE_API_FRAMEWORKS
 +0.17-0.29 InferenceClient.zero_shot_classification(labels)
 +0.17-0.34 InferenceClient.get_model_status,list_deployed_models ModelStatus
 +0.19-0.27 InferenceClient.get_recommended_model _fetch_recommended_models
 +0.20 InferenceClient.translation(src_lang,tgt_lang)
 +0.21 InferenceClient.audio_to_audio
 +0.21-0.21 AudioToAudioOutput
 +0.22 AudioClassificationOutputElement AudioToAudioOutputElement AutomaticSpeechRecognitionOutput
  ChatCompletionOutput ChatCompletionStreamOutput DocumentQuestionAnsweringOutputElement
  FillMaskOutputElement ImageClassificationOutputElement ImageSegmentationOutputElement
  ImageToTextOutput ObjectDetectionOutputElement QuestionAnsweringOutputElement
  SummarizationOutput TableQuestionAnsweringOutputElement TextClassificationOutputElement
  TextGenerationOutput TextGenerationStreamOutput TokenClassificationOutputElement
  TranslationOutput VisualQuestionAnsweringOutputElement ZeroShotClassificationOutputElement
  ZeroShotImageClassificationOutputElement InferenceClient.chat_completion,token
 +0.22-0.22 ChatCompletionOutputChoice ChatCompletionOutputChoiceMessage
  _stream_chat_completion_response_from_text_generation render_chat_prompt
 +0.22-0.23 _is_chat_completion_server _set_as_non_chat_completion_server
  _stream_chat_completion_response_from_bytes
 +0.23
  InferenceClient.chat_completion(frequency_penalty,logit_bias,logprobs,n,presence_penalty,tool_choice)
  InferenceClient.chat_completion(tool_prompt,tools,top_logprobs)
  InferenceClient.text_generation(frequency_penalty,grammar,top_n_tokens)
  MODEL_KWARGS_NOT_USED_REGEX TextGenerationInputGrammarType
  _get_unsupported_text_generation_kwargs _set_unsupported_text_generation_kwargs
 +0.23-0.23 ChatCompletionInputToolTypeEnum ChatCompletionOutputComplete
  ChatCompletionOutputMessage
 +0.23-0.25 ChatCompletionInputToolTypeClass
 +0.23-0.25+0.27 ChatCompletionInputTool
 +0.24 ChatCompletionInputGrammarType ProxyClientChat ProxyClientChatCompletions _ProxyClient
  _stream_chat_completion_response InferenceClient.__init__(api_key,base_url)
  InferenceClient.chat,get_endpoint_info,health_check
  InferenceClient.chat_completion(response_format)
  InferenceClient.feature_extraction(normalize,prompt_name,truncate,truncation_direction)
  InferenceClient.text_generation(adapter_id)
  InferenceClient.zero_shot_classification(hypothesis_template)
 +0.24-0.25 _deprecate_positional_args
 +0.24-0.28 InferenceClient.base_url
 +0.24-0.36 InferenceClient.__init__(proxies)
 +0.25 InferenceClient.text_generation(stop)
 +0.25-0.27 InferenceClient._resolve_chat_completion_url
 +0.26 AudioClassificationOutputTransform ChatCompletionInputStreamOptions
  TextClassificationOutputTransform TextToSpeechEarlyStoppingEnum
  InferenceClient.audio_classification(function_to_apply,top_k)
  InferenceClient.chat_completion(stream_options)
  InferenceClient.document_question_answering(doc_stride,handle_impossible_answer,lang,max_answer_len,max_question_len,max_seq_len)
  InferenceClient.document_question_answering(top_k,word_boxes)
  InferenceClient.fill_mask(targets,top_k)
  InferenceClient.image_classification(function_to_apply,top_k)
  InferenceClient.image_segmentation(mask_threshold,overlap_mask_area_threshold,subtask,threshold)
  InferenceClient.object_detection(threshold)
  InferenceClient.question_answering(align_to_words,doc_stride,handle_impossible_answer,max_answer_len,max_question_len,max_seq_len)
  InferenceClient.question_answering(top_k)
  InferenceClient.summarization(clean_up_tokenization_spaces,generate_parameters,truncation)
  InferenceClient.text_classification(function_to_apply,top_k)
  InferenceClient.text_to_speech(do_sample,early_stopping,epsilon_cutoff,eta_cutoff,max_length,max_new_tokens)
  InferenceClient.text_to_speech(min_length,min_new_tokens,num_beam_groups,num_beams,penalty_alpha,temperature)
  InferenceClient.text_to_speech(top_k,top_p,typical_p,use_cache)
  InferenceClient.token_classification(aggregation_strategy,ignore_labels,stride)
  InferenceClient.translation(clean_up_tokenization_spaces,generate_parameters,truncation)
  InferenceClient.visual_question_answering(top_k)
  InferenceClient.zero_shot_image_classification(hypothesis_template)
 +0.26-0.26 ChatCompletionInputToolType ToolElement
  InferenceClient.table_question_answering(parameters)
 +0.26-0.27 _prepare_payload
 +0.26-0.28 TextToImageTargetSize
 +0.26-0.29 _deprecate_arguments
 +0.27 ChatCompletionInputToolChoiceClass ChatCompletionInputToolChoiceEnum
  ImageClassificationOutputTransform ImageSegmentationSubtask ImageToImageTargetSize Padding
  SummarizationTruncationStrategy TokenClassificationAggregationStrategy
  TranslationTruncationStrategy
  InferenceClient.table_question_answering(padding,sequential,truncation)
  InferenceClient.zero_shot_classification(candidate_labels)
  InferenceClient.zero_shot_image_classification(candidate_labels)
 +0.28 InferenceClient.__init__(provider) InferenceClient._inner_post,text_to_video
  RequestParameters get_provider_helper
 +0.28-0.30 HFInferenceTask
 +0.28-0.31 PROVIDER_T
 +0.28-0.34 _deprecate_method
 +0.29 InferenceClient.automatic_speech_recognition(extra_body)
  InferenceClient.chat_completion(extra_body) InferenceClient.text_to_speech(extra_body)
  InferenceClient.text_to_video(extra_body) constants
 +0.30 InferenceClient.__init__(bill_to)
 +0.30-1.33 get_token
 +0.32 ChatCompletionInputMessage PROVIDER_OR_POLICY_T
 +0.34 ImageToVideoTargetSize InferenceClient.image_to_video
 +1.0 HfHubHTTPError validate_hf_hub_args InferenceClient.close,exit_stack
 +1.3 InferenceClient.feature_extraction(dimensions,encoding_format)
inference._common
 +0.16-0.16 Literal
 +0.16-0.18 _get_recommended_model
 +0.16-0.21 InferenceTimeoutError TextGenerationStreamResponse
 +0.16-0.22 _NON_TGI_SERVERS _is_tgi_server _set_as_non_tgi
 +0.16-0.27 ENDPOINT _RECOMMENDED_MODELS _fetch_recommended_models _first_or_none build_hf_headers
  hf_raise_for_status
 +0.16-0.34 BinaryT _open_as_binary
 +0.16-0.36 _import_aiohttp is_aiohttp_available
 +0.17 TASKS_EXPECTING_IMAGES _bytes_to_list
 +0.17-0.34 ModelStatus
 +0.18 _parse_text_generation_error
 +0.22 ChatCompletionStreamOutput GenerationError IncompleteGenerationError OverloadedError
  TextGenerationError TextGenerationStreamOutput UnknownError ValidationError
  _format_text_generation_stream_output raise_text_generation_error
 +0.22-0.22 _async_stream_chat_completion_response_from_text_generation
  _stream_chat_completion_response_from_text_generation
 +0.22-0.23 ChatCompletionStreamOutputChoice ChatCompletionStreamOutputDelta
  _NON_CHAT_COMPLETION_SERVER _async_stream_chat_completion_response_from_bytes
  _format_chat_completion_stream_output_from_text_generation
  _format_chat_completion_stream_output_from_text_generation_from_bytes _is_chat_completion_server
  _set_as_non_chat_completion_server _stream_chat_completion_response_from_bytes
 +0.23 _UNSUPPORTED_TEXT_GENERATION_KWARGS _get_unsupported_text_generation_kwargs
  _set_unsupported_text_generation_kwargs
 +0.24 _async_stream_chat_completion_response _format_chat_completion_stream_output
  _stream_chat_completion_response
 +0.26-0.27 _prepare_payload
 +0.28 RequestParameters _as_dict
 +0.28-0.28 TaskProviderHelper
 +0.34 _as_url
 +0.35 MimeBytes _open_as_mime_bytes
 +1.0 HfHubHTTPError
inference._generated._async_client
 +0.16 AsyncInferenceClient.__init__(cookies,headers,model,timeout,token)
 +0.16-0.16 Literal
 +0.16-0.18 _get_recommended_model
 +0.16-0.21 ClassificationOutput ImageSegmentationOutput TextGenerationParameters
  TextGenerationRequest TextGenerationResponse TextGenerationStreamResponse
 +0.16-0.22 _is_tgi_server _set_as_non_tgi
 +0.16-0.24 AsyncInferenceClient.conversational ConversationalOutput
 +0.16-0.27 AsyncInferenceClient._resolve_url
 +0.16-0.28 AsyncInferenceClient.summarization(parameters)
  AsyncInferenceClient.text_to_image(target_size) INFERENCE_ENDPOINT
 +0.16-0.30 AsyncInferenceClient.post
 +0.16-0.34 _open_as_binary
 +0.16-0.36 _import_aiohttp
 +0.16-1.28 AsyncInferenceClient.zero_shot_image_classification(labels)
 +0.16-1.33 AsyncInferenceClient.text_generation(stop_sequences)
 +0.17
  AsyncInferenceClient.document_question_answering,fill_mask,object_detection,question_answering,table_question_answering,tabular_classification
  AsyncInferenceClient.tabular_regression,text_classification,token_classification,translation,visual_question_answering,zero_shot_classification
  TASKS_EXPECTING_IMAGES _bytes_to_list
 +0.17-0.21 FillMaskOutput ObjectDetectionOutput QuestionAnsweringOutput
  TableQuestionAnsweringOutput TokenClassificationOutput
 +0.17-0.28 ALL_INFERENCE_API_FRAMEWORKS MAIN_INFERENCE_API_FRAMEWORKS
 +0.17-0.29 AsyncInferenceClient.zero_shot_classification(labels)
 +0.17-0.34 AsyncInferenceClient.get_model_status,list_deployed_models ModelStatus
 +0.19-0.27 AsyncInferenceClient.get_recommended_model _fetch_recommended_models
 +0.20 AsyncInferenceClient.translation(src_lang,tgt_lang)
 +0.21 AsyncInferenceClient.audio_to_audio
 +0.21-0.21 AudioToAudioOutput
 +0.22 AsyncInferenceClient.chat_completion,token AudioClassificationOutputElement
  AudioToAudioOutputElement AutomaticSpeechRecognitionOutput ChatCompletionOutput
  ChatCompletionStreamOutput DocumentQuestionAnsweringOutputElement FillMaskOutputElement
  ImageClassificationOutputElement ImageSegmentationOutputElement ImageToTextOutput
  ObjectDetectionOutputElement QuestionAnsweringOutputElement SummarizationOutput
  TableQuestionAnsweringOutputElement TextClassificationOutputElement TextGenerationOutput
  TextGenerationStreamOutput TokenClassificationOutputElement TranslationOutput
  VisualQuestionAnsweringOutputElement ZeroShotClassificationOutputElement
  ZeroShotImageClassificationOutputElement
 +0.22-0.22 ChatCompletionOutputChoice ChatCompletionOutputChoiceMessage
  _async_stream_chat_completion_response_from_text_generation render_chat_prompt
 +0.22-0.23 _async_stream_chat_completion_response_from_bytes _is_chat_completion_server
  _set_as_non_chat_completion_server
 +0.23
  AsyncInferenceClient.chat_completion(frequency_penalty,logit_bias,logprobs,n,presence_penalty,tool_choice)
  AsyncInferenceClient.chat_completion(tool_prompt,tools,top_logprobs)
  AsyncInferenceClient.text_generation(frequency_penalty,grammar,top_n_tokens)
  MODEL_KWARGS_NOT_USED_REGEX TextGenerationInputGrammarType
  _get_unsupported_text_generation_kwargs _set_unsupported_text_generation_kwargs
 +0.23-0.23 ChatCompletionInputToolTypeEnum ChatCompletionOutputComplete
  ChatCompletionOutputMessage
 +0.23-0.25 ChatCompletionInputToolTypeClass
 +0.23-0.25+0.27 ChatCompletionInputTool
 +0.24 AsyncInferenceClient.__init__(api_key,base_url)
  AsyncInferenceClient.chat,get_endpoint_info,health_check
  AsyncInferenceClient.chat_completion(response_format)
  AsyncInferenceClient.feature_extraction(normalize,prompt_name,truncate,truncation_direction)
  AsyncInferenceClient.text_generation(adapter_id)
  AsyncInferenceClient.zero_shot_classification(hypothesis_template)
  ChatCompletionInputGrammarType ProxyClientChat ProxyClientChatCompletions _ProxyClient
  _async_stream_chat_completion_response
 +0.24-0.25 _deprecate_positional_args
 +0.24-0.28 AsyncInferenceClient.base_url
 +0.24-0.36 AsyncInferenceClient.__init__(proxies)
 +0.25 AsyncInferenceClient.close AsyncInferenceClient.text_generation(stop)
 +0.25-0.27 AsyncInferenceClient._resolve_chat_completion_url
 +0.25-0.36 AsyncInferenceClient.__init__(trust_env)
  AsyncInferenceClient._get_client_session,_sessions
 +0.26 AsyncInferenceClient.audio_classification(function_to_apply,top_k)
  AsyncInferenceClient.chat_completion(stream_options)
  AsyncInferenceClient.document_question_answering(doc_stride,handle_impossible_answer,lang,max_answer_len,max_question_len,max_seq_len)
  AsyncInferenceClient.document_question_answering(top_k,word_boxes)
  AsyncInferenceClient.fill_mask(targets,top_k)
  AsyncInferenceClient.image_classification(function_to_apply,top_k)
  AsyncInferenceClient.image_segmentation(mask_threshold,overlap_mask_area_threshold,subtask,threshold)
  AsyncInferenceClient.object_detection(threshold)
  AsyncInferenceClient.question_answering(align_to_words,doc_stride,handle_impossible_answer,max_answer_len,max_question_len,max_seq_len)
  AsyncInferenceClient.question_answering(top_k)
  AsyncInferenceClient.summarization(clean_up_tokenization_spaces,generate_parameters,truncation)
  AsyncInferenceClient.text_classification(function_to_apply,top_k)
  AsyncInferenceClient.text_to_speech(do_sample,early_stopping,epsilon_cutoff,eta_cutoff,max_length,max_new_tokens)
  AsyncInferenceClient.text_to_speech(min_length,min_new_tokens,num_beam_groups,num_beams,penalty_alpha,temperature)
  AsyncInferenceClient.text_to_speech(top_k,top_p,typical_p,use_cache)
  AsyncInferenceClient.token_classification(aggregation_strategy,ignore_labels,stride)
  AsyncInferenceClient.translation(clean_up_tokenization_spaces,generate_parameters,truncation)
  AsyncInferenceClient.visual_question_answering(top_k)
  AsyncInferenceClient.zero_shot_image_classification(hypothesis_template)
  AudioClassificationOutputTransform ChatCompletionInputStreamOptions
  TextClassificationOutputTransform TextToSpeechEarlyStoppingEnum
 +0.26-0.26 AsyncInferenceClient.table_question_answering(parameters) ChatCompletionInputToolType
  ToolElement
 +0.26-0.27 _prepare_payload
 +0.26-0.28 TextToImageTargetSize
 +0.26-0.29 _deprecate_arguments
 +0.27 AsyncInferenceClient.table_question_answering(padding,sequential,truncation)
  AsyncInferenceClient.zero_shot_classification(candidate_labels)
  AsyncInferenceClient.zero_shot_image_classification(candidate_labels)
  ChatCompletionInputToolChoiceClass ChatCompletionInputToolChoiceEnum
  ImageClassificationOutputTransform ImageSegmentationSubtask ImageToImageTargetSize Padding
  SummarizationTruncationStrategy TokenClassificationAggregationStrategy
  TranslationTruncationStrategy
 +0.28 AsyncInferenceClient.__init__(provider) AsyncInferenceClient._inner_post,text_to_video
  RequestParameters get_provider_helper
 +0.28-0.30 HFInferenceTask
 +0.28-0.31 PROVIDER_T
 +0.28-0.34 _deprecate_method get_session
 +0.28-0.34+1.0 hf_raise_for_status
 +0.29 AsyncInferenceClient.automatic_speech_recognition(extra_body)
  AsyncInferenceClient.chat_completion(extra_body) AsyncInferenceClient.text_to_speech(extra_body)
  AsyncInferenceClient.text_to_video(extra_body) constants
 +0.30 AsyncInferenceClient.__init__(bill_to)
 +0.30-1.33 get_token
 +0.32 ChatCompletionInputMessage PROVIDER_OR_POLICY_T
 +0.34 AsyncInferenceClient.image_to_video ImageToVideoTargetSize
 +1.0 AsyncInferenceClient._async_client,_get_async_client,exit_stack BadRequestError
  HfHubHTTPError get_async_session validate_hf_hub_args
 +1.3 AsyncInferenceClient.feature_extraction(dimensions,encoding_format)
inference._generated.types
 +0.22 .
 +0.22-0.22 ChatCompletionOutputChoice ChatCompletionOutputChoiceMessage
  TextGenerationOutputSequenceDetails TextGenerationParameters TextGenerationPrefillToken
  TextGenerationStreamDetails
 +0.22-0.25 SummarizationGenerationParameters TranslationGenerationParameters
 +0.22-0.26 ZeroShotClassificationInputData ZeroShotImageClassificationInputData
  ZeroShotObjectDetectionInputData
 +0.22-0.28 TextToImageTargetSize
 +0.23 ChatCompletionInputFunctionDefinition ChatCompletionOutputComplete
  ChatCompletionOutputFunctionDefinition ChatCompletionOutputLogprob ChatCompletionOutputLogprobs
  ChatCompletionOutputMessage ChatCompletionOutputToolCall ChatCompletionOutputTopLogprob
  ChatCompletionOutputUsage ChatCompletionStreamOutputDeltaToolCall
  ChatCompletionStreamOutputFunction ChatCompletionStreamOutputLogprob
  ChatCompletionStreamOutputLogprobs ChatCompletionStreamOutputTopLogprob
  TextGenerationInputGenerateParameters TextGenerationInputGrammarType
  TextGenerationOutputBestOfSequence TextGenerationOutputPrefillToken
  TextGenerationStreamOutputStreamDetails TextGenerationStreamOutputToken
 +0.23-0.23+0.30 ChatCompletionInputToolCall
 +0.23-0.25 ChatCompletionInputToolTypeClass
 +0.23-0.25+0.27 ChatCompletionInputTool
 +0.24 ChatCompletionInputFunctionName ChatCompletionInputGrammarType
  ChatCompletionInputMessageChunk ChatCompletionInputURL
 +0.26 AudioClassificationOutputTransform AutomaticSpeechRecognitionEarlyStoppingEnum
  ChatCompletionInputStreamOptions ChatCompletionStreamOutputUsage
  ImageClassificationOutputTransform ImageToTextEarlyStoppingEnum SummarizationParameters
  TextClassificationOutputTransform TextToAudioEarlyStoppingEnum TextToSpeechEarlyStoppingEnum
  TextToSpeechGenerationParameters TextToSpeechInput TextToSpeechOutput TextToSpeechParameters
  TranslationParameters VideoClassificationOutputTransform
 +0.26-0.26 ChatCompletionInputToolType ToolElement
 +0.27 ChatCompletionInputMessageChunkType ChatCompletionInputToolChoiceClass
  ChatCompletionInputToolChoiceEnum FeatureExtractionInputTruncationDirection
  ImageSegmentationSubtask Padding SummarizationTruncationStrategy
  TableQuestionAnsweringParameters Text2TextGenerationTruncationStrategy
  TextGenerationOutputFinishReason TokenClassificationAggregationStrategy
  TranslationTruncationStrategy TypeEnum ZeroShotObjectDetectionParameters
 +0.27-0.31 ChatCompletionInputGrammarTypeType
 +0.28 TextToVideoInput TextToVideoOutput TextToVideoParameters
 +0.32 ChatCompletionInputJSONSchema ChatCompletionInputResponseFormatJSONObject
  ChatCompletionInputResponseFormatJSONSchema ChatCompletionInputResponseFormatText
 +0.34 ImageToVideoInput ImageToVideoOutput ImageToVideoParameters ImageToVideoTargetSize
 +1.3 ImageTextToImageInput ImageTextToImageOutput ImageTextToImageParameters
  ImageTextToImageTargetSize ImageTextToVideoInput ImageTextToVideoOutput
  ImageTextToVideoParameters ImageTextToVideoTargetSize
inference._generated.types.audio_classification
 +0.22 AudioClassificationInput.__init__(inputs,parameters)
  AudioClassificationOutputElement.__init__(label,score)
  AudioClassificationParameters.__init__(function_to_apply,top_k)
 +0.22-0.25 ClassificationOutputTransform
 +0.26 AudioClassificationOutputTransform
 +0.29 dataclass_with_extra
inference._generated.types.audio_to_audio
 +0.22 AudioToAudioInput.__init__(inputs)
  AudioToAudioOutputElement.__init__(blob,content_type,label)
 +0.29 dataclass_with_extra
inference._generated.types.automatic_speech_recognition
 +0.22
  AutomaticSpeechRecognitionGenerationParameters.__init__(do_sample,early_stopping,epsilon_cutoff,eta_cutoff,max_length,max_new_tokens)
  AutomaticSpeechRecognitionGenerationParameters.__init__(min_length,min_new_tokens,num_beam_groups,num_beams,penalty_alpha,temperature)
  AutomaticSpeechRecognitionGenerationParameters.__init__(top_k,top_p,typical_p,use_cache)
  AutomaticSpeechRecognitionInput.__init__(inputs,parameters)
  AutomaticSpeechRecognitionOutput.__init__(chunks,text)
  AutomaticSpeechRecognitionOutputChunk.__init__(text)
  AutomaticSpeechRecognitionParameters.__init__(return_timestamps)
 +0.22-0.25 EarlyStoppingEnum
 +0.22-0.26 AutomaticSpeechRecognitionParameters.__init__(generate)
 +0.22-0.28 AutomaticSpeechRecognitionOutputChunk.__init__(timestamps)
 +0.26 AutomaticSpeechRecognitionEarlyStoppingEnum
 +0.27-0.30 AutomaticSpeechRecognitionParameters.__init__(generate_kwargs)
 +0.29 AutomaticSpeechRecognitionOutputChunk.__init__(timestamp) dataclass_with_extra
 +0.31 AutomaticSpeechRecognitionParameters.__init__(generation_parameters)
inference._generated.types.base
 +0.29 _repr_with_extra dataclass_with_extra
inference._generated.types.chat_completion
 +0.22 ChatCompletionInput.__init__(frequency_penalty,max_tokens,messages,seed,stop,stream)
  ChatCompletionInput.__init__(temperature,top_p)
  ChatCompletionInputMessage.__init__(content,role) ChatCompletionOutput.__init__(choices,created)
  ChatCompletionStreamOutput.__init__(choices,created)
  ChatCompletionStreamOutputChoice.__init__(delta,finish_reason,index)
  ChatCompletionStreamOutputDelta.__init__(content,role)
 +0.22-0.22 ChatCompletionFinishReason ChatCompletionMessageRole ChatCompletionOutputChoice
  ChatCompletionOutputChoiceMessage
  ChatCompletionOutputChoice.__init__(finish_reason,index,message)
  ChatCompletionOutputChoiceMessage.__init__(content,role)
 +0.23 ChatCompletionInput.__init__(logit_bias,logprobs,model,n,presence_penalty,tool_choice)
  ChatCompletionInput.__init__(tool_prompt,tools,top_logprobs)
  ChatCompletionInputFunctionDefinition ChatCompletionOutputComplete
  ChatCompletionOutputFunctionDefinition ChatCompletionOutputLogprob ChatCompletionOutputLogprobs
  ChatCompletionOutputMessage ChatCompletionOutputToolCall ChatCompletionOutputTopLogprob
  ChatCompletionOutputUsage ChatCompletionStreamOutputDeltaToolCall
  ChatCompletionStreamOutputFunction ChatCompletionStreamOutputLogprob
  ChatCompletionStreamOutputLogprobs ChatCompletionStreamOutputTopLogprob
  ChatCompletionInputFunctionDefinition.__init__(description,name)
  ChatCompletionInputMessage.__init__(name)
  ChatCompletionOutput.__init__(id,model,system_fingerprint,usage)
  ChatCompletionOutputComplete.__init__(finish_reason,index,logprobs,message)
  ChatCompletionOutputFunctionDefinition.__init__(arguments,description,name)
  ChatCompletionOutputLogprob.__init__(logprob,token,top_logprobs)
  ChatCompletionOutputLogprobs.__init__(content)
  ChatCompletionOutputMessage.__init__(content,role,tool_calls)
  ChatCompletionOutputToolCall.__init__(function,id,type)
  ChatCompletionOutputTopLogprob.__init__(logprob,token)
  ChatCompletionOutputUsage.__init__(completion_tokens,prompt_tokens,total_tokens)
  ChatCompletionStreamOutput.__init__(id,model,system_fingerprint)
  ChatCompletionStreamOutputChoice.__init__(logprobs)
  ChatCompletionStreamOutputDelta.__init__(tool_calls)
  ChatCompletionStreamOutputDeltaToolCall.__init__(function,id,index,type)
  ChatCompletionStreamOutputFunction.__init__(arguments,name)
  ChatCompletionStreamOutputLogprob.__init__(logprob,token,top_logprobs)
  ChatCompletionStreamOutputLogprobs.__init__(content)
  ChatCompletionStreamOutputTopLogprob.__init__(logprob,token)
 +0.23-0.23 ChatCompletionInputToolTypeClass.__init__(function_name)
  ChatCompletionInputToolTypeEnum ChatCompletionOutput.__init__(object)
  ChatCompletionOutputMessage.__init__(name) ChatCompletionStreamOutput.__init__(object)
 +0.23-0.23+0.30 ChatCompletionInputMessage.__init__(tool_calls) ChatCompletionInputToolCall
  ChatCompletionInputToolCall.__init__(function,id,type)
 +0.23-0.25 ChatCompletionInputToolTypeClass
 +0.23-0.25+0.27 ChatCompletionInputTool ChatCompletionInputTool.__init__(function,type)
 +0.23-0.30 ChatCompletionInputFunctionDefinition.__init__(arguments)
 +0.24 ChatCompletionInput.__init__(response_format) ChatCompletionInputFunctionName
  ChatCompletionInputGrammarType ChatCompletionInputMessageChunk
  ChatCompletionInputMessageChunkType ChatCompletionInputURL
  ChatCompletionInputFunctionName.__init__(name)
  ChatCompletionInputGrammarType.__init__(type,value)
  ChatCompletionInputMessageChunk.__init__(image_url,text,type)
  ChatCompletionInputURL.__init__(url)
 +0.24-0.25 ChatCompletionInputToolTypeClass.__init__(function)
 +0.24-0.31 ChatCompletionInputGrammarTypeType
 +0.26 ChatCompletionInput.__init__(stream_options) ChatCompletionInputStreamOptions
  ChatCompletionStreamOutputUsage ChatCompletionInputStreamOptions.__init__(include_usage)
  ChatCompletionStreamOutput.__init__(usage)
  ChatCompletionStreamOutputUsage.__init__(completion_tokens,prompt_tokens,total_tokens)
 +0.26-0.26 ChatCompletionInputToolType ToolElement ChatCompletionInputToolType.__init__(function)
  ToolElement.__init__(function,type)
 +0.27 ChatCompletionInputToolChoiceClass ChatCompletionInputToolChoiceEnum
  ChatCompletionInputToolChoiceClass.__init__(function)
 +0.29 dataclass_with_extra
 +0.30 ChatCompletionOutputMessage.__init__(tool_call_id)
  ChatCompletionStreamOutputDelta.__init__(tool_call_id)
 +0.31 ChatCompletionInputFunctionDefinition.__init__(parameters)
 +0.32 ChatCompletionInputJSONSchema ChatCompletionInputResponseFormatJSONObject
  ChatCompletionInputResponseFormatJSONSchema ChatCompletionInputResponseFormatText
  ChatCompletionInputJSONSchema.__init__(description,name,schema,strict)
  ChatCompletionInputResponseFormatJSONObject.__init__(type)
  ChatCompletionInputResponseFormatJSONSchema.__init__(json_schema,type)
  ChatCompletionInputResponseFormatText.__init__(type)
 +0.35 ChatCompletionOutputMessage.__init__(reasoning)
  ChatCompletionStreamOutputDelta.__init__(reasoning)
inference._generated.types.depth_estimation
 +0.22 DepthEstimationInput.__init__(inputs,parameters)
  DepthEstimationOutput.__init__(depth,predicted_depth)
 +0.29 dataclass_with_extra
inference._generated.types.document_question_answering
 +0.22 DocumentQuestionAnsweringInput.__init__(inputs,parameters)
  DocumentQuestionAnsweringInputData.__init__(image,question)
  DocumentQuestionAnsweringOutputElement.__init__(answer,end,score,start)
  DocumentQuestionAnsweringParameters.__init__(doc_stride,handle_impossible_answer,lang,max_answer_len,max_question_len,max_seq_len)
  DocumentQuestionAnsweringParameters.__init__(top_k,word_boxes)
 +0.22-0.26 DocumentQuestionAnsweringOutputElement.__init__(words)
 +0.29 dataclass_with_extra
inference._generated.types.feature_extraction
 +0.22 FeatureExtractionInput.__init__(inputs)
 +0.22-0.23 FeatureExtractionInput.__init__(parameters)
 +0.24 FeatureExtractionInput.__init__(normalize,prompt_name,truncate,truncation_direction)
  FeatureExtractionInputTruncationDirection
 +0.29 dataclass_with_extra
inference._generated.types.fill_mask
 +0.22 FillMaskInput.__init__(inputs,parameters)
  FillMaskOutputElement.__init__(fill_mask_output_token_str,score,sequence,token,token_str)
  FillMaskParameters.__init__(targets,top_k)
 +0.29 dataclass_with_extra
inference._generated.types.image_classification
 +0.22 ImageClassificationInput.__init__(inputs,parameters)
  ImageClassificationOutputElement.__init__(label,score)
  ImageClassificationParameters.__init__(function_to_apply,top_k)
 +0.22-0.25 ClassificationOutputTransform
 +0.26 ImageClassificationOutputTransform
 +0.29 dataclass_with_extra
inference._generated.types.image_segmentation
 +0.22 ImageSegmentationInput.__init__(inputs,parameters)
  ImageSegmentationOutputElement.__init__(label,mask,score)
  ImageSegmentationParameters.__init__(mask_threshold,overlap_mask_area_threshold,subtask,threshold)
 +0.29 dataclass_with_extra
inference._generated.types.image_text_to_image
 +1.3 . ImageTextToImageInput.__init__(inputs,parameters) ImageTextToImageOutput.__init__(image)
  ImageTextToImageParameters.__init__(guidance_scale,negative_prompt,num_inference_steps,prompt,seed,target_size)
  ImageTextToImageTargetSize.__init__(height,width)
inference._generated.types.image_text_to_video
 +1.3 . ImageTextToVideoInput.__init__(inputs,parameters) ImageTextToVideoOutput.__init__(video)
  ImageTextToVideoParameters.__init__(guidance_scale,negative_prompt,num_frames,num_inference_steps,prompt,seed)
  ImageTextToVideoParameters.__init__(target_size)
  ImageTextToVideoTargetSize.__init__(height,width)
inference._generated.types.image_to_image
 +0.22 ImageToImageInput.__init__(inputs,parameters) ImageToImageOutput.__init__(image)
  ImageToImageParameters.__init__(guidance_scale,negative_prompt,num_inference_steps,target_size)
  ImageToImageTargetSize.__init__(height,width)
 +0.29 dataclass_with_extra
 +0.30 ImageToImageParameters.__init__(prompt)
inference._generated.types.image_to_text
 +0.22
  ImageToTextGenerationParameters.__init__(do_sample,early_stopping,epsilon_cutoff,eta_cutoff,max_length,max_new_tokens)
  ImageToTextGenerationParameters.__init__(min_length,min_new_tokens,num_beam_groups,num_beams,penalty_alpha,temperature)
  ImageToTextGenerationParameters.__init__(top_k,top_p,typical_p,use_cache)
  ImageToTextInput.__init__(inputs,parameters)
  ImageToTextOutput.__init__(generated_text,image_to_text_output_generated_text)
  ImageToTextParameters.__init__(max_new_tokens)
 +0.22-0.25 EarlyStoppingEnum
 +0.22-0.26 ImageToTextParameters.__init__(generate)
 +0.26 ImageToTextEarlyStoppingEnum
 +0.27-0.30 ImageToTextParameters.__init__(generate_kwargs)
 +0.29 dataclass_with_extra
 +0.31 ImageToTextParameters.__init__(generation_parameters)
inference._generated.types.image_to_video
 +0.34 . ImageToVideoInput.__init__(inputs,parameters) ImageToVideoOutput.__init__(video)
  ImageToVideoParameters.__init__(guidance_scale,negative_prompt,num_frames,num_inference_steps,prompt,seed)
  ImageToVideoParameters.__init__(target_size) ImageToVideoTargetSize.__init__(height,width)
inference._generated.types.object_detection
 +0.22 ObjectDetectionBoundingBox.__init__(xmax,xmin,ymax,ymin)
  ObjectDetectionInput.__init__(inputs,parameters)
  ObjectDetectionOutputElement.__init__(box,label,score)
  ObjectDetectionParameters.__init__(threshold)
 +0.29 dataclass_with_extra
inference._generated.types.question_answering
 +0.22 QuestionAnsweringInput.__init__(inputs,parameters)
  QuestionAnsweringInputData.__init__(context,question)
  QuestionAnsweringOutputElement.__init__(answer,end,score,start)
  QuestionAnsweringParameters.__init__(align_to_words,doc_stride,handle_impossible_answer,max_answer_len,max_question_len,max_seq_len)
  QuestionAnsweringParameters.__init__(top_k)
 +0.29 dataclass_with_extra
inference._generated.types.sentence_similarity
 +0.22 SentenceSimilarityInput.__init__(inputs,parameters)
  SentenceSimilarityInputData.__init__(sentences,source_sentence)
 +0.29 dataclass_with_extra
inference._generated.types.summarization
 +0.22 SummarizationInput.__init__(inputs,parameters) SummarizationOutput.__init__(summary_text)
 +0.22-0.25 SummarizationGenerationParameters SummarizationGenerationTruncationStrategy
  SummarizationGenerationParameters.__init__(clean_up_tokenization_spaces,generate_parameters,truncation)
 +0.26 SummarizationParameters SummarizationTruncationStrategy
  SummarizationParameters.__init__(clean_up_tokenization_spaces,generate_parameters,truncation)
 +0.29 dataclass_with_extra
inference._generated.types.table_question_answering
 +0.22 TableQuestionAnsweringInput.__init__(inputs,parameters)
  TableQuestionAnsweringInputData.__init__(question,table)
  TableQuestionAnsweringOutputElement.__init__(aggregator,answer,cells,coordinates)
 +0.27 Padding TableQuestionAnsweringParameters
  TableQuestionAnsweringParameters.__init__(padding,sequential,truncation)
 +0.29 dataclass_with_extra
inference._generated.types.text2text_generation
 +0.22 Text2TextGenerationInput.__init__(inputs,parameters)
  Text2TextGenerationOutput.__init__(generated_text,text2_text_generation_output_generated_text)
  Text2TextGenerationParameters.__init__(clean_up_tokenization_spaces,generate_parameters,truncation)
 +0.29 dataclass_with_extra
inference._generated.types.text_classification
 +0.22 TextClassificationInput.__init__(inputs,parameters)
  TextClassificationOutputElement.__init__(label,score)
  TextClassificationParameters.__init__(function_to_apply,top_k)
 +0.22-0.25 ClassificationOutputTransform
 +0.26 TextClassificationOutputTransform
 +0.29 dataclass_with_extra
inference._generated.types.text_generation
 +0.22 TextGenerationInput.__init__(inputs,parameters,stream)
  TextGenerationOutput.__init__(details,generated_text)
  TextGenerationOutputDetails.__init__(best_of_sequences,finish_reason,generated_tokens,prefill,seed,tokens)
  TextGenerationOutputDetails.__init__(top_tokens)
  TextGenerationOutputToken.__init__(id,logprob,special,text)
  TextGenerationStreamOutput.__init__(details,generated_text,index,token)
 +0.22-0.22 TextGenerationFinishReason TextGenerationOutputSequenceDetails
  TextGenerationParameters TextGenerationPrefillToken TextGenerationStreamDetails
  TextGenerationOutputSequenceDetails.__init__(finish_reason,generated_text,generated_tokens,prefill,seed,tokens)
  TextGenerationOutputSequenceDetails.__init__(top_tokens)
  TextGenerationParameters.__init__(best_of,decoder_input_details,details,do_sample,max_new_tokens,repetition_penalty)
  TextGenerationParameters.__init__(return_full_text,seed,stop_sequences,temperature,top_k,top_p)
  TextGenerationParameters.__init__(truncate,typical_p,watermark)
  TextGenerationPrefillToken.__init__(id,logprob,text)
  TextGenerationStreamDetails.__init__(finish_reason,generated_tokens,seed)
 +0.23 TextGenerationInputGenerateParameters TextGenerationInputGrammarType
  TextGenerationOutputBestOfSequence TextGenerationOutputFinishReason
  TextGenerationOutputPrefillToken TextGenerationStreamOutputStreamDetails
  TextGenerationStreamOutputToken TypeEnum
  TextGenerationInputGenerateParameters.__init__(best_of,decoder_input_details,details,do_sample,frequency_penalty,grammar)
  TextGenerationInputGenerateParameters.__init__(max_new_tokens,repetition_penalty,return_full_text,seed,stop,temperature)
  TextGenerationInputGenerateParameters.__init__(top_k,top_n_tokens,top_p,truncate,typical_p,watermark)
  TextGenerationInputGrammarType.__init__(type,value)
  TextGenerationOutputBestOfSequence.__init__(finish_reason,generated_text,generated_tokens,prefill,seed,tokens)
  TextGenerationOutputBestOfSequence.__init__(top_tokens)
  TextGenerationOutputPrefillToken.__init__(id,logprob,text)
  TextGenerationStreamOutput.__init__(top_tokens)
  TextGenerationStreamOutputStreamDetails.__init__(finish_reason,generated_tokens,seed)
  TextGenerationStreamOutputToken.__init__(id,logprob,special,text)
 +0.24 TextGenerationInputGenerateParameters.__init__(adapter_id)
 +0.26 TextGenerationStreamOutputStreamDetails.__init__(input_length)
 +0.29 dataclass_with_extra
inference._generated.types.text_to_audio
 +0.22
  TextToAudioGenerationParameters.__init__(do_sample,early_stopping,epsilon_cutoff,eta_cutoff,max_length,max_new_tokens)
  TextToAudioGenerationParameters.__init__(min_length,min_new_tokens,num_beam_groups,num_beams,penalty_alpha,temperature)
  TextToAudioGenerationParameters.__init__(top_k,top_p,typical_p,use_cache)
  TextToAudioInput.__init__(inputs,parameters) TextToAudioOutput.__init__(audio,sampling_rate)
 +0.22-0.25 EarlyStoppingEnum
 +0.22-0.26 TextToAudioParameters.__init__(generate)
 +0.22-0.27 TextToAudioOutput.__init__(text_to_audio_output_sampling_rate)
 +0.26 TextToAudioEarlyStoppingEnum
 +0.27-0.30 TextToAudioParameters.__init__(generate_kwargs)
 +0.29 dataclass_with_extra
 +0.31 TextToAudioParameters.__init__(generation_parameters)
inference._generated.types.text_to_image
 +0.22 TextToImageInput.__init__(inputs,parameters) TextToImageOutput.__init__(image)
  TextToImageParameters.__init__(guidance_scale,negative_prompt,num_inference_steps,scheduler)
 +0.22-0.28 TextToImageParameters.__init__(target_size) TextToImageTargetSize
  TextToImageTargetSize.__init__(height,width)
 +0.26 TextToImageParameters.__init__(seed)
 +0.29 TextToImageParameters.__init__(height,width) dataclass_with_extra
inference._generated.types.text_to_speech
 +0.26 .
  TextToSpeechGenerationParameters.__init__(do_sample,early_stopping,epsilon_cutoff,eta_cutoff,max_length,max_new_tokens)
  TextToSpeechGenerationParameters.__init__(min_length,min_new_tokens,num_beam_groups,num_beams,penalty_alpha,temperature)
  TextToSpeechGenerationParameters.__init__(top_k,top_p,typical_p,use_cache)
  TextToSpeechInput.__init__(inputs,parameters) TextToSpeechOutput.__init__(audio,sampling_rate)
 +0.26-0.26 TextToSpeechParameters.__init__(generate)
 +0.26-0.27 TextToSpeechOutput.__init__(text_to_speech_output_sampling_rate)
 +0.27-0.30 TextToSpeechParameters.__init__(generate_kwargs)
 +0.29 dataclass_with_extra
 +0.31 TextToSpeechParameters.__init__(generation_parameters)
inference._generated.types.text_to_video
 +0.28 . TextToVideoInput.__init__(inputs,parameters) TextToVideoOutput.__init__(video)
  TextToVideoParameters.__init__(guidance_scale,negative_prompt,num_frames,num_inference_steps,seed)
 +0.29 dataclass_with_extra
inference._generated.types.token_classification
 +0.22 TokenClassificationInput.__init__(inputs,parameters)
  TokenClassificationOutputElement.__init__(end,entity_group,score,start,word)
  TokenClassificationParameters.__init__(aggregation_strategy,ignore_labels,stride)
 +0.22-0.26 TokenClassificationOutputElement.__init__(label)
 +0.27 TokenClassificationOutputElement.__init__(entity)
 +0.29 dataclass_with_extra
inference._generated.types.translation
 +0.22 TranslationInput.__init__(inputs,parameters) TranslationOutput.__init__(translation_text)
 +0.22-0.25 TranslationGenerationParameters TranslationGenerationTruncationStrategy
  TranslationGenerationParameters.__init__(clean_up_tokenization_spaces,generate_parameters,truncation)
 +0.26 TranslationParameters TranslationTruncationStrategy
  TranslationParameters.__init__(clean_up_tokenization_spaces,generate_parameters,src_lang,tgt_lang,truncation)
 +0.29 dataclass_with_extra
inference._generated.types.video_classification
 +0.22 VideoClassificationInput.__init__(inputs,parameters)
  VideoClassificationOutputElement.__init__(label,score)
  VideoClassificationParameters.__init__(frame_sampling_rate,function_to_apply,num_frames,top_k)
 +0.22-0.25 ClassificationOutputTransform
 +0.26 VideoClassificationOutputTransform
 +0.29 dataclass_with_extra
inference._generated.types.visual_question_answering
 +0.22 VisualQuestionAnsweringInput.__init__(inputs,parameters)
  VisualQuestionAnsweringInputData.__init__(image,question)
  VisualQuestionAnsweringOutputElement.__init__(answer,score)
  VisualQuestionAnsweringParameters.__init__(top_k)
 +0.22-0.26 VisualQuestionAnsweringOutputElement.__init__(label)
 +0.29 dataclass_with_extra
inference._generated.types.zero_shot_classification
 +0.22 ZeroShotClassificationInput.__init__(inputs,parameters)
  ZeroShotClassificationOutputElement.__init__(label,score)
  ZeroShotClassificationParameters.__init__(hypothesis_template,multi_label)
 +0.22-0.26 ZeroShotClassificationInputData
  ZeroShotClassificationInputData.__init__(candidate_labels,text)
 +0.27 ZeroShotClassificationParameters.__init__(candidate_labels)
 +0.29 dataclass_with_extra
inference._generated.types.zero_shot_image_classification
 +0.22 ZeroShotImageClassificationInput.__init__(inputs,parameters)
  ZeroShotImageClassificationOutputElement.__init__(label,score)
  ZeroShotImageClassificationParameters.__init__(hypothesis_template)
 +0.22-0.26 ZeroShotImageClassificationInputData
  ZeroShotImageClassificationInputData.__init__(candidate_labels,image)
 +0.27 ZeroShotImageClassificationParameters.__init__(candidate_labels)
 +0.29 dataclass_with_extra
inference._generated.types.zero_shot_object_detection
 +0.22 ZeroShotObjectDetectionBoundingBox.__init__(xmax,xmin,ymax,ymin)
  ZeroShotObjectDetectionInput.__init__(inputs,parameters)
  ZeroShotObjectDetectionOutputElement.__init__(box,label,score)
 +0.22-0.26 ZeroShotObjectDetectionInputData
  ZeroShotObjectDetectionInputData.__init__(candidate_labels,image)
 +0.27 ZeroShotObjectDetectionParameters
  ZeroShotObjectDetectionParameters.__init__(candidate_labels)
 +0.29 dataclass_with_extra
inference._mcp
 +0.32 .
inference._mcp.agent
 +0.32 Agent.__init__(api_key,base_url,model,prompt,provider,servers)
 +0.33 ServerConfig
inference._mcp.cli
 +0.32-1.21 run_cli
 +1.1 ANSI
inference._mcp.constants
 +0.32-0.34 FILENAME_PROMPT
 +0.35 PROMPT_FILENAMES
inference._mcp.mcp_client
 +0.32 MCPClient.__init__(api_key,base_url,model,provider)
inference._mcp.types
 +0.32-0.32 HTTPRequestInit HTTPServer HTTPServerOptions SSEServer SSEServerOptions StdioServer
 +0.33 ServerConfig
inference._mcp.utils
 +0.32-0.34 FILENAME_PROMPT
 +0.35 PROMPT_FILENAMES
inference._providers
 +0.28 .
 +0.28-1.21 SambanovaConversationalTask
 +0.29 CerebrasConversationalTask CohereConversationalTask FalAITextToSpeechTask
  FireworksAIConversationalTask NovitaConversationalTask NovitaTextGenerationTask
  TogetherConversationalTask
 +0.29-1.21 BlackForestLabsTextToImageTask HyperbolicTextGenerationTask HyperbolicTextToImageTask
  NebiusConversationalTask NebiusTextGenerationTask NebiusTextToImageTask
 +0.30 NovitaTextToVideoTask OpenAIConversationalTask
 +0.31 HFInferenceFeatureExtractionTask PROVIDER_OR_POLICY_T ReplicateTextToImageTask
  _fetch_inference_provider_mapping logging get_provider_helper(model)
 +0.31-1.21 SambanovaFeatureExtractionTask
 +0.32 NscaleConversationalTask NscaleTextToImageTask
 +0.32-1.21 NebiusFeatureExtractionTask
 +0.33 FeatherlessConversationalTask FeatherlessTextGenerationTask GroqConversationalTask
 +0.34 FalAIImageToImageTask FalAIImageToVideoTask PublicAIConversationalTask
  ReplicateImageToImageTask ScalewayConversationalTask ScalewayFeatureExtractionTask
 +0.35 ZaiConversationalTask
 +0.36-1.21 ClarifaiConversationalTask
 +1.0 AutoRouterConversationalTask CONVERSATIONAL_AUTO_ROUTER
 +1.1 FalAIImageSegmentationTask OVHcloudConversationalTask WavespeedAIImageToImageTask
  WavespeedAIImageToVideoTask WavespeedAITextToImageTask WavespeedAITextToVideoTask
 +1.12 DeepInfraConversationalTask DeepInfraTextGenerationTask
 +1.16 TogetherFeatureExtractionTask TogetherImageToImageTask TogetherImageToVideoTask
  TogetherTextToSpeechTask TogetherTextToVideoTask
 +1.2 ReplicateAutomaticSpeechRecognitionTask
 +1.22 DeepInfraAutomaticSpeechRecognitionTask
 +1.26 BasetenConversationalTask
 +1.28 DeepInfraFeatureExtractionTask DeepInfraTextToSpeechTask
 +1.3 ZaiTextToImageTask
 +1.6-1.21 NvidiaConversationalTask
inference._providers._common
 +0.29 . TaskProviderHelper.__init__(base_url,provider,task)
 +0.29-0.30 HARDCODED_MODEL_ID_MAPPING TaskProviderHelper._prepare_mapped_model
 +0.30 TaskProviderHelper.get_response(request_params)
 +0.31 HARDCODED_MODEL_INFERENCE_MAPPING InferenceProviderMapping
  TaskProviderHelper._prepare_mapping_info _fetch_inference_provider_mapping(model)
 +0.33 ChatCompletionInputMessage
 +0.35 MimeBytes TaskProviderHelper._normalize_headers
 +1.0 AutoRouterConversationalTask
inference._providers.baseten
 +1.26 .
inference._providers.black_forest_labs
 +0.29-1.21 .
 +0.30-1.21 BlackForestLabsTextToImageTask.get_response(request_params) RequestParameters
 +0.31-1.21 InferenceProviderMapping
inference._providers.cerebras
 +0.29 .
 +0.29-0.30 CerebrasConversationalTask._prepare_mapped_model
 +0.31 CerebrasConversationalTask._prepare_mapping_info
 +0.35 CerebrasConversationalTask._normalize_headers
inference._providers.clarifai
 +0.36-1.21 .
inference._providers.cohere
 +0.29 .
 +0.29-0.30 CohereConversationalTask._prepare_mapped_model
 +0.31 CohereConversationalTask._prepare_mapping_info
 +0.32 InferenceProviderMapping
 +0.35 CohereConversationalTask._normalize_headers
inference._providers.deepinfra
 +1.12 .
 +1.22 DeepInfraAutomaticSpeechRecognitionTask MimeBytes TaskProviderHelper _encode_multipart
  _form_field_value _open_as_mime_bytes
 +1.28 DeepInfraFeatureExtractionTask DeepInfraTextToSpeechTask
inference._providers.fal_ai
 +0.28-0.28 BASE_URL SUPPORTED_MODELS build_hf_headers get_token logging
  FalAIAutomaticSpeechRecognitionTask._map_model,_prepare_payload
  FalAITextToImageTask._map_model,_prepare_payload
  FalAITextToVideoTask._map_model,_prepare_payload
 +0.28-0.28+0.30 RequestParameters
 +0.28-0.28+0.31 constants
 +0.29
  FalAIAutomaticSpeechRecognitionTask._prepare_api_key,_prepare_base_url,_prepare_headers,_prepare_payload_as_bytes,_prepare_payload_as_dict,_prepare_route
  FalAIAutomaticSpeechRecognitionTask._prepare_url,base_url,provider
  FalAITextToImageTask._prepare_api_key,_prepare_base_url,_prepare_headers,_prepare_payload_as_bytes,_prepare_payload_as_dict,_prepare_route
  FalAITextToImageTask._prepare_url,base_url,provider FalAITextToSpeechTask filter_none
  FalAITextToVideoTask._prepare_api_key,_prepare_base_url,_prepare_headers,_prepare_payload_as_bytes,_prepare_payload_as_dict,_prepare_route
  FalAITextToVideoTask._prepare_url,base_url,provider
 +0.29-0.30 FalAIAutomaticSpeechRecognitionTask._prepare_mapped_model
  FalAITextToImageTask._prepare_mapped_model FalAITextToSpeechTask._prepare_mapped_model
  FalAITextToVideoTask._prepare_mapped_model
 +0.30 FalAIAutomaticSpeechRecognitionTask.get_response(request_params)
  FalAITextToImageTask.get_response(request_params)
  FalAITextToSpeechTask.get_response(request_params)
  FalAITextToVideoTask.get_response(request_params) _POLLING_INTERVAL get_logger
  hf_raise_for_status
 +0.31 FalAIAutomaticSpeechRecognitionTask._prepare_mapping_info
  FalAITextToImageTask._prepare_mapping_info FalAITextToSpeechTask._prepare_mapping_info
  FalAITextToVideoTask._prepare_mapping_info InferenceProviderMapping
 +0.34 FalAIImageToImageTask FalAIImageToVideoTask FalAIQueueTask _as_url
 +0.35 FalAIAutomaticSpeechRecognitionTask._normalize_headers
  FalAIImageToImageTask._normalize_headers FalAIImageToVideoTask._normalize_headers
  FalAITextToImageTask._normalize_headers FalAITextToSpeechTask._normalize_headers
  FalAITextToVideoTask._normalize_headers
 +1.1 FalAIImageSegmentationTask
inference._providers.featherless_ai
 +0.33 .
 +0.35 FeatherlessConversationalTask._normalize_headers
  FeatherlessTextGenerationTask._normalize_headers
inference._providers.fireworks_ai
 +0.29 .
 +0.29-0.30 FireworksAIConversationalTask._prepare_mapped_model
 +0.31 FireworksAIConversationalTask._prepare_mapping_info
 +0.32 InferenceProviderMapping
 +0.35 FireworksAIConversationalTask._normalize_headers
inference._providers.groq
 +0.33 .
 +0.35 GroqConversationalTask._normalize_headers
inference._providers.hf_inference
 +0.28 HFInferenceTask.__init__(task)
 +0.28-0.28 BASE_URL ENDPOINT _RECOMMENDED_MODELS _first_or_none get_recommended_model
  HFInferenceConversational.prepare_request(api_key,extra_payload,headers,inputs,model,parameters)
  HFInferenceTask._prepare_payload,build_url,map_model,prepare_headers
  HFInferenceTask.get_response(response)
  HFInferenceTask.prepare_request(api_key,extra_payload,headers,inputs,model,parameters)
 +0.28-0.28+0.31 RequestParameters
 +0.28-0.34 _open_as_binary
 +0.29
  HFInferenceTask._prepare_api_key,_prepare_base_url,_prepare_headers,_prepare_payload_as_bytes,_prepare_payload_as_dict,_prepare_route
  HFInferenceTask._prepare_url,base_url,provider constants filter_none get_token
 +0.30 _check_supported_task
 +0.31 HFInferenceFeatureExtractionTask InferenceProviderMapping _bytes_to_dict
 +0.35 MimeBytes _open_as_mime_bytes
inference._providers.hyperbolic
 +0.29-0.30 HyperbolicTextGenerationTask._prepare_mapped_model
 +0.29-1.21 . HyperbolicTextGenerationTask.__init__(task)
 +0.30-1.21 HyperbolicTextToImageTask.get_response(request_params) RequestParameters
 +0.31-1.21 HyperbolicTextGenerationTask._prepare_mapping_info InferenceProviderMapping
 +0.35-1.21 HyperbolicTextGenerationTask._normalize_headers
inference._providers.nebius
 +0.29-0.30 NebiusConversationalTask._prepare_mapped_model
  NebiusTextGenerationTask._prepare_mapped_model
 +0.29-1.21 .
 +0.30-1.21 NebiusTextGenerationTask.get_response(request_params,response)
  NebiusTextToImageTask.get_response(request_params) RequestParameters
 +0.31-1.21 InferenceProviderMapping NebiusConversationalTask._prepare_mapping_info
  NebiusTextGenerationTask._prepare_mapping_info
 +0.32-1.21 NebiusFeatureExtractionTask
 +0.35-1.21 NebiusConversationalTask._normalize_headers
  NebiusTextGenerationTask._normalize_headers
inference._providers.novita
 +0.29 .
 +0.29-0.30 NovitaConversationalTask._prepare_mapped_model
  NovitaTextGenerationTask._prepare_mapped_model
 +0.30 NovitaTextGenerationTask.get_response(request_params,response) NovitaTextToVideoTask
  RequestParameters TaskProviderHelper _as_dict filter_none get_session
 +0.31 InferenceProviderMapping NovitaConversationalTask._prepare_mapping_info
  NovitaTextGenerationTask._prepare_mapping_info
 +0.35 NovitaConversationalTask._normalize_headers NovitaTextGenerationTask._normalize_headers
inference._providers.nscale
 +0.32 .
 +0.35 NscaleConversationalTask._normalize_headers
inference._providers.nvidia
 +1.6-1.21 .
inference._providers.openai
 +0.30 .
 +0.30-0.30 OpenAIConversationalTask._prepare_mapped_model
 +0.31 InferenceProviderMapping OpenAIConversationalTask._prepare_mapping_info
 +0.35 OpenAIConversationalTask._normalize_headers
inference._providers.ovhcloud
 +1.1 .
inference._providers.publicai
 +0.34 .
 +0.35 PublicAIConversationalTask._normalize_headers
inference._providers.replicate
 +0.28 ReplicateTask.__init__(task)
 +0.28-0.28 BASE_URL SUPPORTED_MODELS _build_url build_hf_headers constants get_token logging
  ReplicateTask._map_model,_prepare_payload
  ReplicateTask.prepare_request(api_key,extra_payload,headers,inputs,model,parameters)
 +0.28-0.28+0.30 RequestParameters
 +0.29
  ReplicateTask._prepare_api_key,_prepare_base_url,_prepare_headers,_prepare_payload_as_bytes,_prepare_payload_as_dict,_prepare_route
  ReplicateTask._prepare_url,base_url,provider _BASE_URL _PROVIDER filter_none
 +0.30 ReplicateTask.get_response(request_params)
 +0.31 InferenceProviderMapping ReplicateTextToImageTask
 +0.34 ReplicateImageToImageTask _as_url
 +1.2 ReplicateAutomaticSpeechRecognitionTask
inference._providers.sambanova
 +0.28-0.28 BASE_URL SUPPORTED_MODELS build_hf_headers constants get_token logging
  SambanovaConversationalTask._map_model SambanovaConversationalTask.get_response(response)
  SambanovaConversationalTask.prepare_request(api_key,extra_payload,headers,inputs,model,parameters)
 +0.28-0.28+0.31-1.21 RequestParameters TaskProviderHelper
 +0.28-1.21 .
 +0.29-0.30 SambanovaConversationalTask._prepare_mapped_model
 +0.29-1.21 BaseConversationalTask
  SambanovaConversationalTask._prepare_api_key,_prepare_base_url,_prepare_headers,_prepare_payload_as_bytes,_prepare_payload_as_dict,_prepare_route
  SambanovaConversationalTask._prepare_url,base_url,provider
 +0.31-1.21 InferenceProviderMapping SambanovaFeatureExtractionTask _as_dict filter_none
  SambanovaConversationalTask._prepare_mapping_info
 +0.35-1.21 SambanovaConversationalTask._normalize_headers
inference._providers.scaleway
 +0.34 .
 +0.35 ScalewayConversationalTask._normalize_headers
inference._providers.together
 +0.28-0.28 BASE_URL PER_TASK_ROUTES SUPPORTED_MODELS build_hf_headers constants get_token
  TogetherTextGenerationTask._map_model,_prepare_payload
  TogetherTextToImageTask._map_model,_prepare_payload
 +0.28-0.28+0.30 RequestParameters
 +0.28-0.28+1.16 logging
 +0.29 BaseConversationalTask BaseTextGenerationTask TogetherConversationalTask _BASE_URL
  _PROVIDER filter_none
  TogetherTextGenerationTask._prepare_api_key,_prepare_base_url,_prepare_headers,_prepare_payload_as_bytes,_prepare_payload_as_dict,_prepare_route
  TogetherTextGenerationTask._prepare_url,base_url,provider
  TogetherTextToImageTask._prepare_api_key,_prepare_base_url,_prepare_headers,_prepare_payload_as_bytes,_prepare_payload_as_dict,_prepare_route
  TogetherTextToImageTask._prepare_url,base_url,provider
 +0.29-0.30 TogetherConversationalTask._prepare_mapped_model
  TogetherTextGenerationTask._prepare_mapped_model TogetherTextToImageTask._prepare_mapped_model
 +0.30 TogetherTextGenerationTask.get_response(request_params,response)
  TogetherTextToImageTask.get_response(request_params)
 +0.31 InferenceProviderMapping TogetherConversationalTask._prepare_mapping_info
  TogetherTextGenerationTask._prepare_mapping_info TogetherTextToImageTask._prepare_mapping_info
 +0.35 TogetherConversationalTask._normalize_headers TogetherTextGenerationTask._normalize_headers
  TogetherTextToImageTask._normalize_headers
 +1.16 TogetherFeatureExtractionTask TogetherImageToImageTask TogetherImageToVideoTask
  TogetherTextToSpeechTask TogetherTextToVideoTask TogetherVideoTask _VIDEO_MAX_POLL_ATTEMPTS
  _VIDEO_PENDING_STATUSES _VIDEO_POLLING_INTERVAL _as_url _normalize_video_parameters get_session
  hf_raise_for_status
inference._providers.wavespeed
 +1.1 .
inference._providers.zai_org
 +0.35 .
 +1.3 InferenceProviderMapping RequestParameters TaskProviderHelper ZaiTask ZaiTextToImageTask
  _BASE_URL _MAX_POLL_ATTEMPTS _POLLING_INTERVAL _PROVIDER _as_dict filter_none get_session
inference._templating
 +0.22-0.25 .
inference._text_generation
 +0.16-0.21 .
 +0.18-0.21 UnknownError _parse_text_generation_error
inference._types
 +0.16-0.16 TypedDict
 +0.16-0.21 ClassificationOutput ImageSegmentationOutput
 +0.16-0.24 .
 +0.17-0.21 FillMaskOutput ObjectDetectionOutput QuestionAnsweringOutput
  TableQuestionAnsweringOutput TokenClassificationOutput
 +0.21-0.21 AudioToAudioOutput
inference_api
 +0.17-0.36 _deprecate_method
 +0.25-0.36 constants
 -0.24 INFERENCE_ENDPOINT
 -0.36 . InferenceApi.__call__(data,inputs,params,raw_response)
  InferenceApi.__init__(gpu,repo_id,task,token)
keras_mixin
 +0.22-0.36 CallableT _requires_keras_2_model keras
 +0.25-0.36 constants
 -0.24 CONFIG_NAME
 -0.36 .
lfs
 +0.19-0.36 tqdm
 +0.20 build_hf_headers
 +0.22 fix_hf_endpoint_in_url
 +0.25 constants
 +0.27-0.36 is_tqdm_disabled
 -0.16 TypedDict
 -0.19 get_token_to_send
 -0.24 ENDPOINT HF_HUB_ENABLE_HF_TRANSFER REPO_TYPES_URL_PREFIXES
 -0.36 _upload_parts_hf_transfer
 -1.2 get_session
repocard
 +0.21 logging
 +0.25 constants
 +0.26 RepoCard._original_order
 +1.0 HfHubHTTPError hf_raise_for_status
 -0.16 Literal
 -0.18 get_logger
 -0.24 REPOCARD_NAME
repocard_data
 +0.16 DatasetCardData.config_names
 +0.20 EvalResult.__init__(source_name,source_url)
 +0.21 ModelCardData.base_model logging
 +0.22 _to_unique_list
 +0.23 ModelCardData.license_link,license_name,pipeline_tag
 +0.26 CardData.to_yaml(original_order)
 +0.31 _validate_eval_results
 -0.15 DatasetCardData.configs
 -0.18 get_logger
repository
 +0.19-0.36 _deprecate_method
 +0.20-0.36 get_token
 +0.25-0.36 constants
 -0.16 TypedDict
 -0.19 HfFolder
 -0.24 REPOCARD_NAME REPO_TYPES_URL_PREFIXES
 -0.36 . Repository.__init__(client,clone_from,git_email,git_user,local_dir,repo_type)
  Repository.__init__(revision,skip_lfs_files,token)
serialization
 +0.21 .
 +0.21-0.23 split_numpy_state_dict_into_shards
 +0.21-0.36 split_tf_state_dict_into_shards
 +0.24 get_torch_storage_id get_torch_storage_size save_torch_model save_torch_state_dict
 +0.24-0.36 get_tf_storage_size
 +0.27 load_state_dict_from_file load_torch_model
serialization._base
 +0.21 StateDictSplit.__init__(filename_to_tensors,is_sharded,metadata,tensor_to_filename)
 +0.21-0.23 FILENAME_PATTERN split_state_dict_into_shards_factory(get_tensor_size)
 +0.23 SIZE_UNITS parse_size_to_int
 +0.24 split_state_dict_into_shards_factory(get_storage_size)
serialization._dduf
 +0.27 . DDUFEntry.__init__(dduf_path,filename,length,offset)
serialization._numpy
 +0.21-0.23 .
serialization._tensorflow
 +0.21-0.23 get_tensor_size
 +0.21-0.36 .
 +0.24-0.36 constants get_tf_storage_size
serialization._torch
 +0.21-0.23 FILENAME_PATTERN get_storage_id get_storage_size get_tensor_size
 +0.24 _clean_state_dict_for_safetensors _end_ptr _filter_shared_not_shared _find_shared_tensors
  _is_complete _remove_duplicate_names constants get_torch_storage_id get_torch_storage_size
  logging save_torch_model save_torch_state_dict
 +0.25 _get_unique_id
 +0.26 save_torch_model(shared_tensors_to_discard)
  save_torch_state_dict(shared_tensors_to_discard)
 +0.27 _IncompatibleKeys _load_sharded_checkpoint _validate_keys_for_strict_loading
  load_state_dict_from_file load_torch_model save_torch_model(is_main_process)
  save_torch_state_dict(is_main_process)
 +1.29 SAFETENSORS_EXTENSION _is_safetensors
 +1.32 MAX_INDEX_FILE_SIZE _load_safetensors_file load_state_dict_from_file(safe)
utils
 +0.15 LocalTokenNotFoundError get_numpy_version is_numpy_available
 +0.16 get_aiohttp_version get_pydantic_version get_tensorboard_version is_aiohttp_available
  is_pydantic_available is_tensorboard_available
 +0.18 FileMetadataError
 +0.19-0.36 reset_sessions
 +0.20 NotASafetensorsRepoError OfflineModeIsEnabled SafetensorsFileMetadata
  SafetensorsParsingError SafetensorsRepoMetadata TensorInfo get_token
 +0.21 DisabledRepoError is_package_available is_safetensors_available
 +0.22 WeakFileLock fix_hf_endpoint_in_url is_jsonable
 +0.22-0.25 get_minijinja_version is_minijinja_available
 +0.23 DEFAULT_IGNORE_PATTERNS FORBIDDEN_FOLDERS get_fastapi_version is_fastapi_available
  is_simple_optional_type unwrap_simple_optional_type
 +0.25 is_colab_enterprise
 +0.26 get_stored_tokens
 +0.30 XetFileData XetTokenType parse_xet_file_data_from_response
 +0.30-1.22 XetConnectionInfo fetch_xet_connection_info_from_repo_info refresh_xet_connection_info
 +1.0 ANSI ASYNC_CLIENT_FACTORY_T CLIENT_FACTORY_T _format_size close_session get_async_session
  http_stream_backoff installation_method set_async_client_factory set_client_factory tabulate
 +1.1 is_tqdm_disabled
 +1.10 silent_tqdm
 +1.13 HfMount HfUri parse_hf_mount parse_hf_uri
 +1.16 is_hf_uri
 +1.2 RateLimitInfo parse_ratelimit_headers
 +1.20 JobNotFoundError select_choice
 +1.22 CachedIncompleteFileInfo
 +1.25 hf_thread_map
 +1.32 _ATTR_TO_MODULE _LazyUtilsModule _SUBMODULES _SUBMOD_ATTRS _auth _detect_agent _http
  logging sys __getattr__(name)
 +1.5 BucketNotFoundError StatusLine
 +1.9 detect_agent is_agent
 +2.3 _paginate_pages
 -0.22 IGNORE_GIT_FOLDER_PATTERNS
 -0.36 HfFolder configure_http_backend get_hf_transfer_version is_hf_transfer_available
  smoothly_deprecate_use_auth_token
utils._auth
 +0.26 .
 +0.26-1.19 _save_stored_tokens
 +1.16 _SECRET_DIR_MODE _SECRET_FILE_MODE _write_secret
 +1.19 OIDCError _OIDC_REFRESH_MARGIN _OIDC_TOKEN_CACHE _OIDC_TOKEN_LOCK _OidcTokenCache
  _get_token_from_oidc
 +1.20 DeviceCodeError OAuthErrorCode WeakFileLock _OAUTH_RECHECK_INTERVAL _OAUTH_REFRESH_CACHE
  _OAUTH_REFRESH_LOCK _OAUTH_REFRESH_MARGIN _OAUTH_REFRESH_WARNED _OAuthRefreshCache
  _get_token_from_file_refreshed _parse_expires_at _read_stored_tokens_full
  _refresh_oauth_token_if_needed _save_stored_tokens_full _warn_refresh_failure_once
  refresh_access_token
utils._cache_assets
 +0.19 HF_ASSETS_CACHE
 -0.18 HUGGINGFACE_ASSETS_CACHE
utils._cache_manager
 +0.19 HF_HUB_CACHE
 +0.22 FILES_TO_IGNORE
 +0.25 HFCacheInfo.export_as_table tabulate
 +1.0 CachedRepoInfo.cache_id _format_size(num) format_timesince
 +1.22 CachedIncompleteFileInfo _scan_incomplete_files
  CachedIncompleteFileInfo.__init__(file_path,size_on_disk) HFCacheInfo.__init__(incomplete_files)
  HFCacheInfo.incomplete_size_on_disk
 +1.32 DeleteCacheStrategy.__init__(cache_dir,files) HFCacheInfo.__init__(cache_dir)
  HFCacheInfo.delete_files REPO_TYPES_MAPPING _expected_freed_size _shared_blobs
 -0.16 Literal
 -0.18 HUGGINGFACE_HUB_CACHE
 -0.36 _TIMESINCE_CHUNKS _format_timesince
utils._datetime
 -0.20 UTC_OFFSET
utils._deprecation
 -0.16 DeprecateListMetaclass DeprecatedList _LIST_ONLY_ATTRS _deprecate_list_output _empty_gen
utils._detect_agent
 +1.19 HarnessInfo Registry _EMPTY_REGISTRY _REGISTRY_FETCH_TIMEOUT _REGISTRY_TTL_SECONDS
  _env_vars_match _fetch_registry _get_registry _load_registry _read_cached_registry _registry
  _write_cached_registry constants logging
 +1.9 .
 +1.9-1.18 _KNOWN_AGENTS _STANDARD_AGENT_VARS _TOOL_AGENTS
utils._dotenv
 +0.34 .
 +1.22 _DOUBLE_QUOTE_ESCAPES _ESCAPES _unescape
utils._errors
 +0.18-0.24 FileMetadataError
 +0.19-0.19 INFERENCE_ENDPOINTS_ENDPOINT
 +0.20-0.24 REPO_API_REGEX
 +0.21-0.24 DisabledRepoError
 -0.24 . HfHubHTTPError.__init__(message,response) LocalEntryNotFoundError.__init__(message)
utils._fixes
 +0.22 WeakFileLock
 +0.24 constants logging
 +0.28 WeakFileLock(timeout)
utils._git_credential
 +0.20 GIT_CREDENTIAL_REGEX _parse_credential_output
utils._headers
 +0.15 LocalTokenNotFoundError
 +0.20 get_token
 +0.22 build_hf_headers(headers)
 +0.27-0.36 _deprecate_arguments
 +1.9 detect_agent
 -0.19 HfFolder
 -0.26 _validate_token_to_send
 -0.36 build_hf_headers(is_write_action) get_fastai_version get_fastcore_version get_tf_version
  is_fastai_available is_fastcore_available is_tf_available
utils._hf_folder
 +0.20-0.36 get_token
 -0.28 HfFolder._copy_to_new_path_and_warn,_old_path_token,path_token
 -0.36 .
utils._hf_uris
 +1.13 . HfMount.__init__(_raw,mount_path,read_only,source)
  HfUri.__init__(_raw,id,path_in_repo,revision,type)
 +1.16 is_hf_uri
 +1.18 HfUri.to_url _URL_BUCKET_LOCATION_ACTIONS _URL_REPO_LOCATION_ACTIONS
  _decode_url_path_segment _looks_like_hf_url _url_to_uri_body
 +1.20 _endpoint_host_and_path _recognized_hosts parse_hf_uri(endpoint)
utils._http
 +0.16 X_AMZN_TRACE_ID X_REQUEST_ID
 +0.16-0.36 UniqueRequestIdAdapter _default_backend_factory
 +0.19-0.36 reset_sessions
 +0.20 OfflineModeIsEnabled constants
 +0.20-0.36 OfflineAdapter
 +0.22 fix_hf_endpoint_in_url
 +0.25 BadRequestError DisabledRepoError GatedRepoError HfHubHTTPError REPO_API_REGEX
  RepositoryNotFoundError RevisionNotFoundError SliceFileObj _format hf_raise_for_status
 +0.25-0.36 EntryNotFoundError JSONDecodeError
 +0.29 RANGE_REGEX _adjust_range_header _curlify
 +0.36-0.36+1.3 X_AMZ_CF_ID
 +1.0 ASYNC_CLIENT_FACTORY_T CLIENT_FACTORY_T RemoteEntryNotFoundError _CLIENT_LOCK
  _GLOBAL_ASYNC_CLIENT_FACTORY _GLOBAL_CLIENT _GLOBAL_CLIENT_FACTORY _http_backoff_base
  async_hf_request_event_hook async_hf_response_event_hook close_session
  default_async_client_factory default_client_factory get_async_session hf_request_event_hook
  http_stream_backoff set_async_client_factory set_client_factory
 +1.19 _SENSITIVE_BODY_KEYS _redact_sensitive_body
 +1.2 RateLimitInfo _DEFAULT_RETRY_ON_EXCEPTIONS _DEFAULT_RETRY_ON_STATUS_CODES
  _RATELIMIT_POLICY_REGEX _RATELIMIT_REGEX _WARNED_TOPICS _warn_on_warning_headers
  parse_ratelimit_headers
  RateLimitInfo.__init__(limit,remaining,reset_in_seconds,resource_type,window_seconds)
 +1.20 JobNotFoundError _JOB_ID_FROM_URL_REGEX _SENSITIVE_BODY_PATTERNS _parse_job_id_from_url
 +1.22 _parse_retry_after
 +1.30 _MAX_REDIRECTS _is_same_or_hub_host
 +1.30-1.33 _httpx_follow_hub_redirects_with_backoff
 +1.32 CallableT _IS_DOWNLOAD_CALL flag_as_download_call
 +1.5 BUCKET_API_REGEX BucketNotFoundError
 +1.5-1.29 _httpx_follow_relative_redirects_with_backoff
 +1.6 _BUCKET_ID_FROM_URL_REGEX _HfHubHTTPErrorT _REPO_ID_FROM_URL_REGEX _REPO_URL_SUBPATHS
  _parse_bucket_id_from_url _parse_repo_info_from_url
 +2.0 _httpx2_follow_hub_redirects_with_backoff
 +2.1 _REPO_ID_FROM_RESOLVE_URL_REGEX
 +2.2 _DEFAULT_PORTS _HUB_ORIGINS _url_origin
 -0.36 BACKEND_FACTORY_T _GLOBAL_BACKEND_FACTORY _get_session_from_cache configure_http_backend
utils._lfs
 +0.25 .
utils._oauth_device
 +1.20 .
utils._pagination
 +0.31 http_backoff
 +1.21 paginate(timeout)
 +2.3 _paginate_pages
 -2.0 get_session
utils._parsing
 +1.0 .
 +1.16 format_duration
utils._paths
 +0.23 DEFAULT_IGNORE_PATTERNS FORBIDDEN_FOLDERS
 +0.24 _add_wildcard_to_directories
 +1.23 _normalize_separators
 +1.32 as_extended_path
 -0.22 IGNORE_GIT_FOLDER_PATTERNS
utils._runtime
 +0.15 get_numpy_version is_numpy_available
 +0.16 get_aiohttp_version get_pydantic_version get_tensorboard_version is_aiohttp_available
  is_pydantic_available is_tensorboard_available
 +0.21 is_package_available is_safetensors_available
 +0.22 get_keras_version is_keras_available
 +0.22-0.25 get_minijinja_version is_minijinja_available
 +0.23 get_fastapi_version is_fastapi_available
 +0.25 is_colab_enterprise
 +0.30 get_xet_version is_xet_available
 +1.0 _is_brew_installation _is_hf_installer_installation installation_method
 +1.0-1.33 get_httpx_version is_httpx_available
 +1.9 _is_pip_available
 +2.0 get_httpx2_version is_httpx2_available
 -0.20 _is_available
 -0.36 get_hf_transfer_version is_hf_transfer_available
utils._safetensors
 +0.20 . SafetensorsFileMetadata.__init__(metadata,parameter_count,tensors)
  SafetensorsRepoMetadata.__init__(files_metadata,metadata,parameter_count,sharded,weight_map)
  TensorInfo.__init__(data_offsets,dtype,parameter_count,shape)
 +0.20-0.22 NotASafetensorsRepoError SafetensorsParsingError
utils._shared_blobs
 +1.32 .
utils._terminal
 +1.0 .
 +1.1 ANSI._blue,_green,blue,green
 +1.15 ANSI._underline,underline is_agent
 +1.20 _enable_windows_vt_processing _raw_terminal _read_key _select_with_arrows
  _select_with_numbers _supports_raw_keyboard select_choice
 +1.32 ANSI._enabled,set_enabled
 +1.5 StatusLine StatusLine.__init__(enabled) tabulate(alignments)
utils._token
 +0.20-0.25 .
 +0.25-0.25 is_colab_enterprise
utils._typing
 +0.15 CallableT
 +0.22 _JSON_SERIALIZABLE_TYPES is_jsonable
 +0.23 UNION_TYPES is_simple_optional_type unwrap_simple_optional_type
 +0.35 is_jsonable(_visited)
utils._validators
 +1.0 smoothly_deprecate_legacy_arguments
 -0.36 smoothly_deprecate_use_auth_token
utils._verification
 +1.1 .
 +1.1-1.2 RepoFolder
 +2.4 DEFAULT_IGNORE_PATTERNS filter_repo_objects
utils._xet
 +0.30 . XetFileData.__init__(file_hash,refresh_route)
 +0.30-0.30 refresh_xet_connection_info(endpoint)
 +0.30-1.22 XetConnectionInfo.__init__(access_token,endpoint,expiration_unix_epoch)
  fetch_xet_connection_info_from_repo_info refresh_xet_connection_info(file_data,headers)
 +0.30-1.22+1.29 XetConnectionInfo _fetch_xet_connection_info_with_url hf_raise_for_status
  parse_xet_connection_info_from_headers refresh_xet_connection_info
 +0.30-1.3 get_session
 +0.34 parse_xet_file_data_from_response(endpoint)
 +1.1-1.22+1.29 XET_CONNECTION_INFO_CACHE XET_CONNECTION_INFO_CACHE_SIZE
  XET_CONNECTION_INFO_SAFETY_PERIOD _cache_key _is_expired
 +1.19 XetSessionHolder _GLOBAL_XET_HOLDER abort_xet_session get_xet_session
  xet_connection_info_refresh_url xet_headers_without_auth
 +1.26 _REGEX_XET_HASH is_valid_xet_hash
 +1.29 _XET_CONNECTION_INFO_KEY_LOCKS _XET_CONNECTION_INFO_LOCK _key_lock
 +1.4-1.22+1.29 http_backoff
 +1.5-1.22 reset_xet_connection_info_cache_for_repo
utils._xet_progress_reporting
 +0.34 .
 +0.34-1.22 XetProgressReporter
 +0.35 is_google_colab is_notebook
 +1.23 XET_BYTES_BAR_FORMAT XET_TRANSFER_BAR_FORMAT XetDownloadProgressReporter
  XetUploadProgressReporter _create_progress_bar _finish_transfer_bar _format_speed_postfix
  _set_monotonic_total _update_transfer_bar
 +1.24 _set_aggregate_rate_postfix
 +1.33 _NUM_OVERVIEW_BARS _NUM_SHARD_BARS
utils.endpoint_helpers
 +0.15 ModelInfo
 +0.19 ModelCardData
 +0.19-0.23 _is_emission_within_treshold
 +0.24 _is_emission_within_threshold
 -0.18 AttributeDictionary DatasetTags GeneralTags ModelTags _filter_emissions
 -0.23 DatasetFilter ModelFilter
  DatasetFilter.__init__(author,benchmark,dataset_name,language,language_creators,multilinguality)
  DatasetFilter.__init__(size_categories,task_categories,task_ids)
  ModelFilter.__init__(author,language,library,model_name,tags,task)
  ModelFilter.__init__(trained_dataset)
utils.insecure_hashlib
 +0.19 .
 +0.19-0.31 _kwargs
utils.logging
 +0.29 constants
utils.sha
 +0.19 sha256
 +0.24 git_hash sha1
utils.tqdm
 +0.23 are_progress_bars_disabled(name) enable_progress_bars(name) progress_bar_states
 +0.23-1.13 disable_progress_bars(name)
 +0.27 is_tqdm_disabled
 +0.30 _get_progress_bar_context
 +1.1 is_tqdm_disabled(log_level)
 +1.10 _create_progress_bar silent_tqdm
 +1.14 disable_progress_bars.__init__(name) disable_progress_bars._should_reenable
 +1.25 R T _make_thread_pool_executor hf_thread_map
 -0.22 _hf_hub_progress_bars_disabled
"""

USES = r"""
"""
