"""trl: which releases have what; written by scripts/api_history."""

PROJECT = "trl"

RELEASES = r"""
0.4 0.5 0.6 0.7 0.8 0.9 0.10 0.11 0.12 0.13 0.14 0.15 0.16 0.17 0.18 0.19 0.20 0.21 0.22 0.23 0.24
0.25 0.26 0.27 0.28 0.29 1.0 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 1.9 1.10 1.11 1.12 1.13 1.14 1.15
1.16
"""

BASES = r"""
AlignPropTrainer PyTorchModelHubMixin
BEMACallback TrainerCallback
BaseConfig TrainingArguments
BaseTrainer Trainer
ConstantLengthDataset IterableDataset
DDPOTrainer PyTorchModelHubMixin
DPOConfig _BaseConfig
DPOTrainer _BaseTrainer
DataCollatorForCompletionOnlyLM DataCollatorForLanguageModeling
DistillationConfig _BaseConfig
DistillationTrainer _BaseTrainer
FusedCausalLMOutput ModelOutput
GRPOConfig _BaseConfig
GRPOTrainer _BaseTrainer
GeometricMixtureWrapper GenerationMixin
IterativeSFTConfig TrainingArguments
IterativeSFTTrainer Trainer
KTOConfig _BaseConfig
KTOTrainer _BaseTrainer
LogCompletionsCallback TrainerCallback
OnPolicyConfig TrainingArguments
OnlineTrainerState TrainerState
PPOv2Config PPOConfig
PPOv2Trainer PPOTrainer
PeftSavingCallback TrainerCallback
RLOOConfig _BaseConfig
RLOOTrainer _BaseTrainer
RandomPairwiseJudge BasePairwiseJudge
RandomRankJudge BaseRankJudge
RewardConfig _BaseConfig
RewardTrainer _BaseTrainer
RichProgressCallback TrainerCallback
SFTConfig _BaseConfig
SFTTrainer _BaseTrainer
SyncRefModelCallback TrainerCallback
WeaveCallback TrainerCallback
_BaseConfig TrainingArguments
_BaseTrainer Trainer
"""

CHANGES = r"""
.
 +0.10 SyncRefModelCallback
 +0.10-0.10 is_openai_available
 +0.10-0.11 is_llmblender_available
 +0.10-0.12 RandomPairwiseJudge RandomRankJudge
 +0.10-0.28 BCOConfig BCOTrainer BaseJudge BasePairwiseJudge BaseRankJudge HfPairwiseJudge
  OnlineDPOConfig OnlineDPOTrainer OpenAIPairwiseJudge PairRMJudge WinRateCallback
 +0.11 LogCompletionsCallback RLOOConfig RLOOTrainer apply_chat_template extract_prompt
  is_conversational maybe_apply_chat_template maybe_extract_prompt maybe_unpair_preference_dataset
  unpair_preference_dataset
 +0.11-0.11 is_liger_kernel_available
 +0.11-0.12 PPOv2Config PPOv2Trainer
 +0.11-0.28 GKDConfig GKDTrainer NashMDConfig NashMDTrainer XPOConfig XPOTrainer
 +0.12 ScriptArguments
 +0.12-0.16 is_deepspeed_available is_llm_blender_available
 +0.13-0.26 MergeModelCallback
 +0.13-0.28 AllTrueJudge BaseBinaryJudge PRMConfig PRMTrainer
 +0.14 GRPOConfig GRPOTrainer
 +0.14-0.16 is_mergekit_available is_rich_available is_unsloth_available
 +0.14-0.16+0.26-0.26 is_vllm_available
 +0.15 maybe_convert_to_chatml
 +0.15-0.19 pack_examples
 +0.16 pack_dataset
 +0.16-0.29 truncate_dataset
 +0.18-0.23 IterativeSFTConfig
 +0.19 clone_chat_template
 +0.22 BEMACallback DatasetMixtureConfig get_dataset is_conversational_from_value
  prepare_multimodal_messages
 +0.24 WeaveCallback
 +0.25-1.14 prepare_multimodal_messages_vllm
 +0.26-0.26 DisabledTqdm get_cached_tokenizer vllm
 +0.27 _compat add_response_schema get_training_chat_template
 +0.5 DPOTrainer
 +0.6-0.23 DDPOConfig DDPOPipelineOutput DDPOSchedulerOutput DDPOStableDiffusionPipeline
  DDPOTrainer DefaultDDPOStableDiffusionPipeline is_diffusers_available
 +0.7 ModelConfig RewardConfig get_peft_config get_quantization_config
 +0.7-0.10 is_bitsandbytes_available is_npu_available is_wandb_available is_xpu_available
 +0.7-0.20 TextEnvironment TextHistory
 +0.7-0.23 IterativeSFTTrainer
 +0.7-0.25 setup_chat_format
 +0.7-1.7 get_kbit_device_map
 +0.8 KTOConfig KTOTrainer RichProgressCallback TrlParser _LazyModule _import_structure
  init_zero_verbose
 +0.8-0.10 is_pil_available
 +0.8-0.23 OptionalDependencyNotAvailable
 +0.8-0.26 SUPPORTED_ARCHITECTURES
 +0.8-0.28 CPOConfig CPOTrainer ORPOConfig ORPOTrainer
 +0.8-0.8 DpoScriptArguments SftScriptArguments
 +0.9 DPOConfig SFTConfig
 +0.9-0.12 DPOScriptArguments SFTScriptArguments
 +0.9-0.23 AlignPropConfig AlignPropTrainer
 +0.9-0.28 FDivergenceConstants FDivergenceType
 +1.1 supports_tool_calling
 +1.10 DistillationConfig DistillationTrainer
 -0.10 is_peft_available
 -0.13 set_seed
 -0.19 DataCollatorForCompletionOnlyLM
 -0.24 BestOfNSampler
 -0.28 AutoModelForCausalLMWithValueHead AutoModelForSeq2SeqLMWithValueHead PPOConfig PPOTrainer
  PreTrainedModelWrapper
_compat
 +0.27 .
 +0.27-1.2 _patch_vllm_cached_tokenizer _patch_vllm_disabled_tqdm
 +0.29 _is_package_available
 +1.0-1.15 _patch_transformers_parallelism_config
_lazy_module
 +0.29 . _LazyModule.__init__(extra_objects,import_structure,module_file,module_spec,name)
chat_template_utils
 +0.26 .
 +0.27 clone_chat_template get_training_chat_template(tokenizer)
 +0.27-1.1 add_response_schema(tokenizer)
 +0.28 _validate_tool_calls
 +1.0 qwen3_5_schema
 +1.0-1.0 _patch_qwen3_5_training_template qwen3_5_training_chat_template_2b_and_below
  qwen3_5_training_chat_template_4b_and_above
 +1.0-1.4 qwen3_5_chat_template_2b_and_below qwen3_5_chat_template_4b_and_above
 +1.1 _CHAT_TEMPLATES_DIR glm4moe_chat_template glm4moe_schema gptoss_chat_template gptoss_schema
  gptoss_training_chat_template llama3_chat_template llama3_training_chat_template
  prepare_multimodal_messages qwen2_5_chat_template qwen2_5_training_chat_template
  qwen3_vl_chat_template supports_tool_calling
 +1.10 _LFM2_2_5_ARG_VALUE _LFM2_2_5_ATOM _LFM2_2_5_NESTED diffusion_gemma_chat_template
  diffusion_gemma_training_chat_template lfm2_2_5_chat_template lfm2_2_5_template
  lfm2_chat_template lfm2_training_chat_template
 +1.11 deepseek_r1_distill_chat_template deepseek_r1_distill_template
  deepseek_r1_distill_training_chat_template lfm2_2_5_vl_chat_template muse_glimmer_chat_template
  muse_glimmer_training_chat_template nemotron_3_5_lightning_chat_template
  nemotron_3_5_lightning_training_chat_template qwen3_8_chat_template
  qwen3_8_training_chat_template
 +1.15 gemma4_v2_chat_template gemma4_v3_chat_template gemma4_v4_chat_template
  gemma4_v5_chat_template lfm2_2_5_v2_chat_template lfm2_v2_chat_template
  lfm2_v2_training_chat_template smolvlm_chat_template smolvlm_training_chat_template
 +1.16 _SUPPORTS_PARSE_RESPONSE_TOOLS _XML_INLINE_VALUE_PARSER
 +1.2 ProcessingClassT deepseekv3_chat_template deepseekv3_training_chat_template
  llama3_1_chat_template llama3_2_chat_template llama3_schema
  add_response_schema(processing_class)
 +1.3 gemma_chat_template gemma_training_chat_template glm4moe_training_chat_template
  phi3_chat_template phi3_training_chat_template qwen3_6_chat_template
  qwen3_6_training_chat_template
 +1.4 cohere2_chat_template cohere2_training_chat_template cohere_chat_template
  cohere_training_chat_template gemma3_chat_template gemma3_training_chat_template
  qwen3_instruct_2507_chat_template qwen3_instruct_2507_training_chat_template
  get_training_chat_template(processing_class)
 +1.5 phi3_5_chat_template phi3_5_training_chat_template qwen3_5_nothink_chat_template
  qwen3_5_nothink_training_chat_template qwen3_5_think_chat_template
  qwen3_5_think_training_chat_template qwen3_vl_training_chat_template
 +1.6 has_generation_markers is_chat_template_stop_token_trained llava_next_chat_template
  llava_next_training_chat_template nemotron_3_nano_chat_template
  nemotron_3_nano_training_chat_template nemotron_3_super_chat_template
  nemotron_3_super_training_chat_template nemotron_3_ultra_chat_template
  nemotron_3_ultra_training_chat_template qwen2_5_vl_chat_template
  qwen2_5_vl_training_chat_template
 +1.7 _SUPPORTS_RESPONSE_TEMPLATE glm4moe_template gptoss_template idefics3_chat_template
  idefics3_training_chat_template llama3_template nemotron_3_template qwen3_5_template
  qwen3_template
 +1.9 gemma4_chat_template gemma4_template
cli
 +0.13-0.18 chat_main make_chat_parser
 +0.13-0.28 .
 +0.14-0.28 make_grpo_parser
 +0.16-0.28 make_vllm_serve_parser vllm_serve_main
 +0.22-0.28 make_rloo_parser
 +0.24-0.28 make_reward_parser
core
 +0.7-0.10 is_npu_available is_xpu_available
 +0.7-0.23 randn_tensor
 +0.8-0.13 top_k_top_p_filtering
 -0.10 add_suffix average_torch_dicts pad_to_size
 -0.13 WANDB_PADDING clip_by_value convert_to_scalar entropy_from_logits logprobs_from_logits
  respond_to_batch set_seed stack_dicts stats_to_np whiten
 -0.23 PPODecorators flatten_dict
 -0.24 .
 -0.6 build_bert_batch_from_txt listify_batch
data_utils
 +0.11 .
 +0.12 maybe_unpair_preference_dataset(desc) unpair_preference_dataset(desc)
 +0.13 apply_chat_template(tools) maybe_apply_chat_template(tools)
 +0.15 maybe_convert_to_chatml
 +0.15-0.19 pack_examples
 +0.16 pack_dataset
 +0.16-0.29 truncate_dataset
 +0.19 _SegmentTree _pack_wrapped is_conversational_from_value pack_dataset(strategy)
 +0.19-0.19 _pack_ffd
 +0.20 _pack_bfd
 +0.21 apply_chat_template(processing_class) maybe_apply_chat_template(processing_class)
 +0.22 is_conversational_from_value(example) prepare_multimodal_messages
 +0.22-0.24 prepare_multimodal_messages(num_images)
 +0.25 prepare_multimodal_messages(images)
 +0.25-1.14 prepare_multimodal_messages_vllm
 +1.0 _check_if_columns_can_be_packed _get_dataset_format
 +1.14 common_prefix_length
 +1.3 IterableDatasetType
 +1.8 _tokenize get_dataset_column_names
distributed
 +1.6 .
env_utils
 +0.9-0.12 .
environment
 +0.7-0.20 .
 +0.8-0.20 _LazyModule _import_structure
environment.base_environment
 +0.16-0.20 TextEnvironment.__init__(max_tool_response)
 +0.7-0.15 TextEnvironment.__init__(max_tool_reponse)
 +0.7-0.17 is_rich_available
 +0.7-0.20 TextEnvironment.__init__(generation_kwargs,max_length,max_turns,model,prompt,reward_fn)
  TextEnvironment.__init__(tokenizer,tools) TextHistory.__init__(system,text,tokens)
experimental
 +0.24 .
 +0.26 TRLExperimentalWarning
experimental.a2po
 +1.6 .
experimental.async_distillation
 +1.11 .
experimental.async_distillation.async_distillation_trainer
 +1.11-1.12 _InitialWeightSyncCallback _StartRolloutWorkerCallback
 +1.13 _EpochStopCallback _TrainBeginCallback
 +1.15 _iter_vllm_named_params round_lora_rank save_lora_adapter select_adapter_sync
  validate_lora_for_vllm_sync
experimental.async_grpo
 +1.0 .
experimental.async_grpo.async_grpo_trainer
 +1.10 log_rollout_traces
 +1.11 _OptimizerTimeCallback _TrainBeginCallback _reduce_metric
 +1.14 _iter_vllm_named_params round_lora_rank save_lora_adapter select_adapter_sync
  validate_lora_for_vllm_sync
 +1.6-1.10 _InitialWeightSyncCallback _StartRolloutWorkerCallback
 +1.8 FixedCountBatcher TokenBudgetBatcher
 +1.8-1.15 _balance_by_squared_length
 +1.8-1.8 _get_vllm_max_model_len
 +1.9 WeightTransferProtocol _EpochStopCallback
experimental.async_grpo.async_rollout_worker
 +1.6 _AsyncRolloutLoop _child_main _scrub_child_env _spawn_stop_watcher
 +1.6-1.10 _retry_on_http_error
 +1.9 DriftKind TrainingSequence TurnRecord _SampleBuilder _chain_to_sequences _common_prefix_len
experimental.async_grpo.openenv_harness
 +1.10 .
 +1.10-1.14 HarnessTurn LoopOwningSession TraceEntry _default_agent_entries _entry_to_turn
  _trace_output_ids _turns_from_trace has_tool_call
 +1.10-1.15 _tool_failure_count
 +1.15 CaptureContractError _turns_from_training_trace
 +1.16 _tool_failures_by_name
experimental.async_grpo.packing
 +1.16 .
experimental.async_grpo.vllm_client
 +1.9 .
experimental.async_grpo.weight_transfer
 +1.6 .
experimental.bco
 +0.25-1.13 .
experimental.bco.bco_trainer
 +0.29-1.13 RunningMoments get_global_statistics
experimental.cpo
 +0.26 .
experimental.distillation
 +1.1 .
 +1.10 DistillationConfig DistillationTrainer
experimental.distillation.distillation
 +1.1-1.6 .
experimental.distillation.distillation_config
 +1.1-1.9 .
experimental.distillation.distillation_trainer
 +1.1-1.8 _add_tail_bucket build_teacher_request_inputs
 +1.1-1.9 .
experimental.dppo
 +1.0-1.8 .
experimental.gfpo
 +0.24-1.7 .
experimental.gkd
 +0.26 .
experimental.gmpo
 +1.7 .
experimental.gold
 +0.25 .
experimental.gold.gold
 +0.25-1.6 .
experimental.gold.gold_trainer
 +0.25-0.29 GOLDVLLMSyncCallback
experimental.gold.gold_vlm
 +1.8-1.10 .
experimental.grpo_with_replay_buffer
 +0.24-1.13 .
experimental.gspo_token
 +0.24-1.13 .
experimental.harbor
 +1.7 .
experimental.iw_opd
 +1.9 .
experimental.judges
 +0.26-1.0 .
experimental.judges.judges
 +0.27-1.0 _ensure_llm_blender_importable
experimental.kto
 +0.26 .
 +1.8 KTOConfig KTOTrainer
experimental.kto.kto_config
 +0.26-1.7 .
experimental.kto.kto_trainer
 +0.26-1.2 _process_tokens _tokenize
 +0.26-1.5 _get_kl_dataset
 +0.26-1.7 .
 +1.3-1.7 DataCollatorForUnpairedPreference get_dataset_column_names
 +1.6-1.7 DataCollatorForVisionUnpairedPreference _get_kl_completion_ids
experimental.merge_model_callback
 +0.26 .
experimental.minillm
 +0.26-1.14 .
experimental.nash_md
 +0.26-1.13 .
experimental.nash_md.nash_md_trainer
 +0.27-1.13 GeometricMixtureWrapper
experimental.online_dpo
 +0.26 .
experimental.openenv
 +0.26-1.8 .
experimental.openenv.utils
 +0.28-1.8 _build_base_generation_kwargs _build_server_generation_kwargs
  _generate_rollout_completions_colocate _generate_rollout_completions_server
experimental.openreward
 +1.4 .
experimental.openreward._spec
 +1.5 _tool_specs_from_session_list_tools
experimental.orpo
 +0.26 .
experimental.orpo.orpo_trainer
 +0.27 log1mexp
experimental.papo
 +0.25-1.7 .
experimental.ppo
 +0.26-1.12 .
experimental.ppo.modeling_value_head
 +0.27-1.12 .
experimental.ppo.ppo_trainer
 +0.27-1.12 OnlineTrainerState batch_generation exact_div forward generate print_rich_table
  truncate_response
experimental.prm
 +0.26-1.13 .
experimental.prm.prm_trainer
 +0.27-1.13 compute_accuracy
experimental.sdft
 +1.0 .
experimental.sdft.loss_utils
 +1.6 .
experimental.sdft.sdft
 +1.0-1.5 ExampleSDFTConfig
 +1.0-1.6 .
experimental.sdft.sdft_trainer
 +1.6 DistillationLogits _extract_last_user_text build_teacher_request_inputs
experimental.sdft.teacher_sync
 +1.6 .
experimental.sdpo
 +1.0 .
experimental.sdpo.loss_utils
 +1.6 .
experimental.sdpo.sdpo
 +1.0-1.6 .
experimental.sdpo.sdpo_trainer
 +1.0-1.5 EMATeacherSyncCallback
 +1.6 DistillationLogits _extract_last_user_text build_teacher_request_inputs
experimental.sdpo.teacher_sync
 +1.6 .
experimental.self_distillation
 +1.0-1.5 .
experimental.server_distillation
 +1.9 .
experimental.server_distillation.server_distillation_trainer
 +1.10 _jsd_divergence
experimental.ssd
 +1.2-1.15 .
experimental.ssd.ssd
 +1.2-1.6 .
experimental.ssd.ssd_eval
 +1.2-1.6 .
experimental.tpo
 +1.3 .
experimental.tpo.tpo
 +1.3-1.6 .
experimental.utils
 +0.27 .
 +0.29 create_reference_model empty_cache pad_to_length peft_module_casting_to_bf16
 +1.0 truncate_dataset
 +1.6 _byte_level_piece_len _bytes_to_unicode _normalize_byte_offsets _split_repeated_byte_offsets
  encode_with_byte_offsets is_byte_level_tokenizer pad_byte_offsets piece_byte_len
 +1.8 DataCollatorForVisionLanguageChatML
experimental.winrate_callback
 +0.26-1.0 .
experimental.xpo
 +0.26-1.13 .
extras
 +0.8-0.24 _LazyModule _import_structure
 -0.24 BestOfNSampler
extras.best_of_n_sampler
 -0.13 set_seed
 -0.24 .
  BestOfNSampler.__init__(generation_config,length_sampler,model,n_candidates,queries_to_scores,sample_size)
  BestOfNSampler.__init__(seed,tokenizer)
extras.dataset_formatting
 +0.7-0.19 ConstantLengthDataset
 +0.7-0.26 conversations_formatting_function get_formatting_func_from_dataset
  instructions_formatting_function
 +0.7-1.12 .
extras.profiling
 +0.16 .
 +0.27 ProfilingContext
extras.vllm_client
 +0.16-0.27 .
 +0.17-0.27 is_vllm_ascend_available
 +0.24-0.27 device
 +0.25-0.27 pil_to_base64
generation
 +0.28 .
generation.vllm_client
 +0.28-1.10 device is_vllm_ascend_available
 +1.11 parse_logprobs to_openai_messages
 +1.11-1.14 _HAS_WEIGHT_UPDATE_LIFECYCLE
 +1.13 _HAS_STATEFUL_TRAINER_ENGINE
 +1.14 _DEFAULT_GENERATION_CONCURRENCY _HAS_RESET_PREFIX_CACHE_SUCCESS
generation.vllm_generation
 +0.28
  VLLMGeneration.__init__(accelerator,enable_sleep_mode,generation_kwargs,gpu_memory_utilization,group_port,max_completion_length)
  VLLMGeneration.__init__(max_model_length,max_num_seqs,min_p,mode,model,model_impl)
  VLLMGeneration.__init__(processing_class,repetition_penalty,server_base_url,server_host,server_port,server_timeout)
  VLLMGeneration.__init__(structured_outputs_regex,temperature,tensor_parallel_size,top_k,top_p)
 +0.28-0.28 VLLMGeneration.__init__(chat_template,chat_template_kwargs,rollout_func,tools)
  apply_chat_template is_conversational prepare_multimodal_messages_vllm sanitize_logprob
 +0.28-1.10 VLLMGeneration._sync_fsdp1_params_to_vllm,_sync_fsdp2_params_to_vllm
 +0.28-1.5 VLLMGeneration.__init__(is_fsdp_enabled)
 +0.29 VLLMGeneration.__init__(logprobs) VLLMGeneration.generate(images) empty_cache
  extract_logprobs
 +1.10 VLLMGeneration._llm_weights_sleeping
 +1.11
  VLLMGeneration._iter_fsdp1_params,_iter_fsdp2_params,_iter_fsdp_params,_iter_named_params,_place_features,_weight_metadata
 +1.6 DistributedBackend VLLMGeneration._dist
 +1.6-1.10 VLLMGeneration._sync_fsdp_params_to_vllm
 +1.7-1.10 VLLMGeneration._push_param_to_vllm
 +1.8 VLLMGeneration.__init__(trust_remote_code)
import_utils
 +0.10-0.10 is_liger_available is_openai_available
 +0.10-0.11 is_llmblender_available
 +0.11-0.11 _llmblender_available
 +0.11-0.11+0.17 is_liger_kernel_available
 +0.11-0.11+0.24-0.26 _liger_kernel_available
 +0.11-0.17 _rich_available
 +0.11-0.23 _diffusers_available
 +0.11-0.26 _unsloth_available
 +0.12 is_deepspeed_available
 +0.12-0.26 _deepspeed_available _llm_blender_available
 +0.12-1.1 is_llm_blender_available
 +0.13 is_mergekit_available
 +0.13-0.26 _mergekit_available
 +0.14 is_vllm_available
 +0.14-0.26 _vllm_available
 +0.16 is_requests_available
 +0.16-0.26 _fastapi_available _pydantic_available _requests_available _uvicorn_available
 +0.16-1.10 is_fastapi_available is_pydantic_available is_uvicorn_available
 +0.17 LIGER_KERNEL_MIN_VERSION
 +0.17-0.23 _is_liger_kernel_available
 +0.17-0.26 _joblib_available _liger_kernel_version _vllm_ascend_available
 +0.17-1.10 is_vllm_ascend_available
 +0.17-1.13 is_joblib_available
 +0.24 is_math_verify_available is_weave_available
 +0.24-0.26 _math_verify_available _vllm_version _weave_available
 +0.26 TRLExperimentalWarning is_jmespath_available suppress_experimental_warning suppress_warning
 +0.26-0.26 _is_jmespath_available
 +0.29 PACKAGE_DISTRIBUTION_MAPPING _is_package_available
 +0.6-0.10 is_bitsandbytes_available is_torchvision_available
 +0.6-0.23 is_diffusers_available
 +0.7 is_unsloth_available
 +0.7-0.10 is_npu_available is_wandb_available is_xpu_available
 +0.7-0.11 is_accelerate_greater_20_0 is_transformers_greater_than
 +0.7-0.17 is_rich_available
 +0.8-0.10 is_pil_available
 +0.8-0.23 OptionalDependencyNotAvailable
 +0.8-0.28 _LazyModule
  _LazyModule.__init__(extra_objects,import_structure,module_file,module_spec,name)
 +0.9-0.10 is_sklearn_available
 +1.0 is_vllm_available(min_version)
 +1.16 is_aiohttp_available
 +1.4 is_openreward_available
 +1.7 is_harbor_available
 -0.10 is_peft_available
 -0.11 _is_python_greater_3_8 is_torch_greater_2_0
losses
 +1.13-1.13 .
losses.dpo_loss
 +1.13-1.13
  FusedLinearDPOLoss.__init__(alpha,average_log_prob,beta,chunk_size,compiled,compute_nll_loss)
  FusedLinearDPOLoss.__init__(discopop_tau,ignore_index,label_smoothing,loss_type,use_ref_model)
losses.grpo_loss
 +1.13-1.13 FusedLinearGRPOLoss.__init__(beta,chunk_size,compiled,delta,epsilon_high,epsilon_low)
  FusedLinearGRPOLoss.__init__(importance_sampling_level,loss_type,max_completion_length,sapo_temperature_neg,sapo_temperature_pos,temperature)
  FusedLinearGRPOLoss.__init__(use_bias_correction_kl,use_ref_model,vespo_k_neg,vespo_k_pos,vespo_lambda_neg,vespo_lambda_pos)
losses.jsd_loss
 +1.13-1.13
  FusedLinearJSDLoss.__init__(beta,chunk_size,compiled,ignore_index,return_soft_hard_loss,temperature)
  FusedLinearJSDLoss.__init__(weight_hard_loss,weight_soft_loss)
losses.kto_loss
 +1.13-1.13
  FusedLinearKTOLoss.__init__(average_log_prob,beta,chunk_size,compiled,ignore_index,use_ref_model)
mergekit_utils
 +0.13-0.25 is_mergekit_available
 +0.13-0.28 .
 +0.26-0.28 _MergeConfig _merge_models _upload_model_to_hf suppress_experimental_warning
models
 +0.11-0.26 GeometricMixtureWrapper
 +0.12 unwrap_model_for_generation
 +0.14 prepare_deepspeed
 +0.16 prepare_fsdp
 +0.18 get_act_offloading_ctx_manager
 +0.19-0.26 clone_chat_template
 +0.22-0.26 prepare_peft_model
 +0.25-0.26 prepare_model_for_kbit_training
 +0.6-0.23 DDPOPipelineOutput DDPOSchedulerOutput DDPOStableDiffusionPipeline
  DefaultDDPOStableDiffusionPipeline is_diffusers_available
 +0.7-0.25 setup_chat_format
 +0.8 _LazyModule _import_structure
 +0.8-0.23 OptionalDependencyNotAvailable
 +1.15 enable_selective_activation_checkpointing
 -0.26 SUPPORTED_ARCHITECTURES
 -0.28 AutoModelForCausalLMWithValueHead AutoModelForSeq2SeqLMWithValueHead PreTrainedModelWrapper
models.activation_offloading
 +0.18 .
 +0.25 DTensor _get_unique_tensor_key
models.auxiliary_modules
 +0.9-0.10 is_npu_available is_xpu_available
 +0.9-0.23 .
models.modeling_base
 +0.11-0.26 GeometricMixtureWrapper
  GeometricMixtureWrapper.__init__(device,generation_config,mixture_coef,model,ref_model)
 +0.20-0.26 GeometricMixtureWrapper._is_stateful
 +0.27-0.28 _PreTrainedModelWrapper suppress_experimental_warning
 +0.6-0.26 PreTrainedModelWrapper.add_and_load_reward_modeling_adapter(token)
 +0.7-0.10 is_npu_available is_xpu_available
 +0.7-0.11 is_transformers_greater_than
 +0.7-0.26 PreTrainedModelWrapper._get_checkpoint_from_hub,policy_adapter_name,supports_rm_adapter
  PreTrainedModelWrapper.add_and_load_reward_modeling_adapter(pretrained_model)
 +0.9-0.26 PreTrainedModelWrapper.enable_input_require_grads
 -0.10 is_peft_available
 -0.26 LAYER_PATTERNS create_reference_model
  PreTrainedModelWrapper._get_current_device,_split_kwargs,add_and_load_reward_modeling_adapter,compute_reward_score,config,from_pretrained
  PreTrainedModelWrapper.gradient_checkpointing_disable,gradient_checkpointing_enable,is_loaded_in_4bit,is_loaded_in_8bit,is_sequential_parallel,post_init
  PreTrainedModelWrapper.prepare_inputs_for_generation,pretrained_model,push_to_hub,rm_adapter_name,save_pretrained,score
  PreTrainedModelWrapper.state_dict,supported_args,supported_modules,supported_pretrained_model_architectures,supported_rm_modules,transformers_parent_class
 -0.28 .
  PreTrainedModelWrapper.__init__(pretrained_model,rm_adapter_name,score_module,supports_rm_adapter)
models.modeling_sd_base
 +0.6-0.23 . DDPOPipelineOutput.__init__(images,latents,log_probs)
  DDPOSchedulerOutput.__init__(latents,log_probs)
  DefaultDDPOStableDiffusionPipeline.__init__(pretrained_model_name,pretrained_model_revision,use_lora)
 +0.7-0.10 is_peft_available
 +0.7-0.23 convert_state_dict_to_diffusers randn_tensor
 +0.9-0.23 DefaultDDPOStableDiffusionPipeline.rgb_with_grad pipeline_step_with_grad
models.modeling_value_head
 +0.27-0.28 _AutoModelForCausalLMWithValueHead _AutoModelForSeq2SeqLMWithValueHead
  suppress_experimental_warning
 +0.7-0.26
  AutoModelForCausalLMWithValueHead._get_checkpoint_from_hub,policy_adapter_name,supports_rm_adapter
  AutoModelForSeq2SeqLMWithValueHead._get_checkpoint_from_hub,policy_adapter_name,supports_rm_adapter
 +0.8-0.10 is_npu_available is_xpu_available
 +0.9-0.26 AutoModelForCausalLMWithValueHead.enable_input_require_grads
  AutoModelForSeq2SeqLMWithValueHead.enable_input_require_grads
 -0.12 AutoModelForCausalLMWithValueHead.lm_head_namings
 -0.26
  AutoModelForCausalLMWithValueHead._get_current_device,_init_weights,_split_kwargs,add_and_load_reward_modeling_adapter,compute_reward_score,config
  AutoModelForCausalLMWithValueHead.forward,from_pretrained,generate,gradient_checkpointing_disable,gradient_checkpointing_enable,is_loaded_in_4bit
  AutoModelForCausalLMWithValueHead.is_loaded_in_8bit,is_sequential_parallel,post_init,prepare_inputs_for_generation,pretrained_model,push_to_hub
  AutoModelForCausalLMWithValueHead.rm_adapter_name,save_pretrained,score,state_dict,supported_args,supported_modules
  AutoModelForCausalLMWithValueHead.supported_pretrained_model_architectures,supported_rm_modules,transformers_parent_class,v_head
  AutoModelForSeq2SeqLMWithValueHead._get_current_device,_has_lm_head,_init_weights,_split_kwargs,add_and_load_reward_modeling_adapter,compute_reward_score
  AutoModelForSeq2SeqLMWithValueHead.config,forward,from_pretrained,generate,gradient_checkpointing_disable,gradient_checkpointing_enable
  AutoModelForSeq2SeqLMWithValueHead.is_encoder_decoder,is_loaded_in_4bit,is_loaded_in_8bit,is_sequential_parallel,lm_head_namings,post_init
  AutoModelForSeq2SeqLMWithValueHead.prepare_inputs_for_generation,pretrained_model,push_to_hub,rm_adapter_name,save_pretrained,score
  AutoModelForSeq2SeqLMWithValueHead.state_dict,supported_args,supported_modules,supported_pretrained_model_architectures,supported_rm_modules,transformers_parent_class
  AutoModelForSeq2SeqLMWithValueHead.v_head PreTrainedModelWrapper ValueHead
 -0.28 . AutoModelForCausalLMWithValueHead.__init__(pretrained_model)
  AutoModelForSeq2SeqLMWithValueHead.__init__(pretrained_model)
models.sd_utils
 +0.7-0.23 .
models.selective_activation_checkpointing
 +1.15 .
models.utils
 +0.12 unwrap_model_for_generation(accelerator,model)
 +0.12-0.15 unwrap_model_for_generation(is_peft_model)
 +0.14 prepare_deepspeed unwrap_model_for_generation(gather_deepspeed3_params)
 +0.15-0.15 unwrap_model_for_generation(True)
 +0.16 prepare_fsdp
 +0.18 _ForwardRedirection
 +0.19-0.26 clone_chat_template
 +0.22-0.26 enable_gradient_checkpointing prepare_peft_model peft_module_casting_to_bf16(model)
 +0.22-0.28 peft_module_casting_to_bf16
 +0.25-0.26 prepare_model_for_kbit_training
 +0.26 _override_model_generation_config _unwrap_model_for_generation
  disable_gradient_checkpointing unwrap_model_for_generation(generation_kwargs)
 +0.27 create_reference_model
 +0.27-0.28 LAYER_PATTERNS
 +0.29 _create_reference_model suppress_experimental_warning
 +0.7 .
 +0.7-0.25 setup_chat_format
 +0.7-0.26 ChatMlSpecialTokens FORMAT_MAPPING
 +0.8 add_hooks remove_hooks unwrap_model_for_generation
 +0.8-0.14 PreTrainedModelWrapper
 +0.8-0.26 AutoModelForCausalLMWithValueHead AutoModelForSeq2SeqLMWithValueHead
  SUPPORTED_ARCHITECTURES
 +0.9 get_all_parameters iter_params
 +1.16 unwrap_model_for_generation(gradient_checkpointing_kwargs)
rewards
 +0.18 .
 +0.22 get_soft_overlong_punishment
 +0.24 accuracy_reward
 +0.26 reasoning_accuracy_reward
 +1.7 get_cosine_scaled_reward get_repetition_penalty_reward
rewards.accuracy_rewards
 +0.24 .
 +0.26 reasoning_accuracy_reward
 +1.7 _CosineScaledReward get_cosine_scaled_reward
rewards.other_rewards
 +0.22 .
 +1.6 _SoftOverlongPunishment
 +1.7 _RepetitionPenalty get_repetition_penalty_reward
skills
 +0.29-1.10 .
trainer
 +0.10 SyncRefModelCallback
 +0.10-0.12 RandomPairwiseJudge RandomRankJudge
 +0.10-0.23 AlignPropTrainer
 +0.10-0.28 BCOConfig BCOTrainer BaseJudge BasePairwiseJudge BaseRankJudge HfPairwiseJudge
  OnlineDPOConfig OnlineDPOTrainer OpenAIPairwiseJudge PairRMJudge WinRateCallback empty_cache
 +0.11 LogCompletionsCallback RLOOConfig RLOOTrainer
 +0.11-0.12 PPOv2Config PPOv2Trainer
 +0.11-0.28 GKDConfig GKDTrainer NashMDConfig NashMDTrainer XPOConfig XPOTrainer
 +0.13-0.26 MergeModelCallback
 +0.13-0.28 AllTrueJudge BaseBinaryJudge PRMConfig PRMTrainer
 +0.14 GRPOConfig GRPOTrainer
 +0.18-0.23 IterativeSFTConfig
 +0.22 BEMACallback
 +0.24 WeaveCallback
 +0.27 ensure_master_addr_port get_peft_config get_quantization_config
 +0.27-1.7 get_kbit_device_map
 +0.5 DPOTrainer
 +0.6 disable_dropout_in_model
 +0.6-0.23 DDPOConfig DDPOTrainer is_diffusers_available
 +0.6-0.28 RunningMoments
 +0.7 ModelConfig RewardConfig
 +0.7-0.23 IterativeSFTTrainer
 +0.7-0.26 peft_module_casting_to_bf16
 +0.8 KTOConfig KTOTrainer RichProgressCallback _LazyModule _import_structure
 +0.8-0.23 OptionalDependencyNotAvailable
 +0.8-0.28 CPOConfig CPOTrainer ORPOConfig ORPOTrainer
 +0.9 DPOConfig SFTConfig
 +0.9-0.23 AlignPropConfig
 +0.9-0.28 FDivergenceConstants FDivergenceType
 +1.1-1.14 patch_chunked_lm_head
 +1.10 DistillationConfig DistillationTrainer
 +1.15 add_fused_lm_head
 -0.13 AdaptiveKLController BaseTrainer FixedKLController
 -0.19 ConstantLengthDataset DataCollatorForCompletionOnlyLM
 -0.26 compute_accuracy
 -0.28 PPOConfig PPOTrainer
trainer.alignprop_config
 +0.11-0.23 AlignPropConfig.__init__(log_image_freq)
 +0.12-0.23 AlignPropConfig.__init__(push_to_hub)
 +0.9-0.10 is_bitsandbytes_available is_torchvision_available
 +0.9-0.23 .
  AlignPropConfig.__init__(accelerator_kwargs,allow_tf32,exp_name,log_with,logdir,mixed_precision)
  AlignPropConfig.__init__(negative_prompts,num_checkpoint_limit,num_epochs,project_kwargs,resume_from,run_name)
  AlignPropConfig.__init__(sample_eta,sample_guidance_scale,sample_num_steps,save_freq,seed,tracker_kwargs)
  AlignPropConfig.__init__(tracker_project_name,train_adam_beta1,train_adam_beta2,train_adam_epsilon,train_adam_weight_decay,train_batch_size)
  AlignPropConfig.__init__(train_gradient_accumulation_steps,train_learning_rate,train_max_grad_norm,train_use_8bit_adam,truncated_backprop_rand,truncated_backprop_timestep)
  AlignPropConfig.__init__(truncated_rand_backprop_minmax)
trainer.alignprop_trainer
 +0.12-0.23 AlignPropTrainer.create_model_card(dataset_name,tags) generate_model_card
 +0.13-0.23 get_comet_experiment_url
 +0.19-0.23 AlignPropTrainer._save_checkpoint
 +0.9-0.11 AlignPropTrainer.create_model_card(path) MODEL_CARD_TEMPLATE
 +0.9-0.13 BaseTrainer
 +0.9-0.23 .
  AlignPropTrainer.__init__(config,image_samples_hook,prompt_function,reward_function,sd_pipeline)
trainer.base
 -0.13 . BaseTrainer.__init__(config)
trainer.base_config
 +0.29 .
 +0.29-0.29 BaseConfig
 +1.0 _BaseConfig
trainer.base_trainer
 +0.24 .
 +0.24-0.29 BaseTrainer
 +0.25 get_config_model_id
 +0.29 get_trackio_space_url
 +1.0 _BaseTrainer
 +1.5 _TELEMETRY_TRAINERS
trainer.bco_config
 +0.10-0.10 is_sklearn_available
 +0.10-0.24
  BCOConfig.__init__(beta,dataset_num_proc,generate_during_eval,is_encoder_decoder,label_pad_token_id,max_completion_length)
  BCOConfig.__init__(max_density_ratio,max_length,max_prompt_length,min_density_ratio,model_init_kwargs,padding_value)
  BCOConfig.__init__(precompute_ref_log_probs,prompt_sample_size,ref_model_init_kwargs,truncation_mode)
 +0.10-0.28 .
 +0.14-0.24 BCOConfig.__init__(disable_dropout)
 +0.19-0.24 BCOConfig._VALID_DICT_FIELDS BCOConfig.__init__(bf16,logging_steps)
 +0.22-0.24 BCOConfig.__init__(gradient_checkpointing)
 +0.25-0.28 _BCOConfig
 +0.26-0.28 suppress_experimental_warning
trainer.bco_trainer
 +0.10-0.10 is_peft_available is_sklearn_available is_wandb_available
 +0.10-0.11 BCOTrainer.get_batch_samples,push_to_hub,tokenizer trl_sanitze_kwargs_for_tagging
 +0.10-0.12+0.25-0.28 BCOTrainer.__init__(tokenizer)
 +0.10-0.17 BCOTrainer._prepare_deepspeed PreTrainedModelWrapper
 +0.10-0.24 BCOConfig CLF_NAME DPODataCollatorWithPadding RUNNING_NAME RunningMoments
  _process_tokens _tokenize create_reference_model disable_dropout_in_model pad_to_length
  peft_module_casting_to_bf16
  BCOTrainer._get_chosen_prob,_get_prompt_embeddings,_get_sample_prompt_embeddings,_get_train_sampler,_get_udm_weight,_load_optimizer_and_scheduler
  BCOTrainer._peft_has_been_casted_to_bf16,_precomputed_eval_ref_log_probs,_precomputed_train_ref_log_probs,_save_optimizer_and_scheduler,_stored_metrics,_tag_names
  BCOTrainer._vectorize_prompt,aux_loss_enabled,bco_loss,beta,clf,compute_loss
  BCOTrainer.compute_reference_log_probs,embedding_func,embedding_tokenizer,eval_dataset,evaluation_loop,forward
  BCOTrainer.generate_during_eval,get_batch_logps,get_batch_loss_metrics,get_eval_dataloader,get_train_dataloader,is_encoder_decoder
  BCOTrainer.is_peft_model,label_pad_token_id,log,match_underlying_distribution,max_completion_length,max_length
  BCOTrainer.max_prompt_length,model_adapter_name,null_ref_context,padding_value,precompute_ref_log_probs,prediction_step
  BCOTrainer.ref_adapter_name,ref_model,running,store_metrics,train_dataset,truncation_mode
  BCOTrainer.use_dpo_data_collator
 +0.10-0.28 .
  BCOTrainer.__init__(args,callbacks,compute_metrics,data_collator,embedding_func,embedding_tokenizer)
  BCOTrainer.__init__(eval_dataset,model,model_adapter_name,model_init,optimizers,peft_config)
  BCOTrainer.__init__(preprocess_logits_for_metrics,ref_adapter_name,ref_model,train_dataset)
 +0.12-0.12+0.25-0.28 BCOTrainer.__init__(True)
 +0.12-0.23 BCOTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
 +0.12-0.24 BCOTrainer.aux_loss_coef,create_model_card,generate_from_model_and_ref
  BCOTrainer.compute_loss(num_items_in_batch) maybe_apply_chat_template
 +0.12-0.28 BCOTrainer.__init__(processing_class)
 +0.13-0.23 get_comet_experiment_url
 +0.13-0.24 BCOTrainer.log(start_time)
 +0.14-0.24 BCOTrainer.model_accepts_loss_kwargs log_table_to_comet_experiment
 +0.15-0.24 selective_log_softmax
 +0.17-0.24 BCOTrainer.bco_loss(do_train) BCOTrainer.get_batch_loss_metrics(do_train)
  is_joblib_available
 +0.18-0.24 BCOTrainer._get_train_sampler(dataset) prepare_deepspeed
 +0.19-0.24 BCOTrainer._save_checkpoint
 +0.22-0.24 maybe_extract_prompt maybe_unpair_preference_dataset
 +0.24-0.24 BCOTrainer._name,_paper,_template_file BaseTrainer
 +0.25-0.28 _BCOTrainer
 +0.26-0.28 suppress_experimental_warning
trainer.callbacks
 +0.10 . SyncRefModelCallback.__init__(accelerator,ref_model)
 +0.10-0.10 BaseRankJudge truncate_right
  WinRateCallback.batch_size,generate_completions_for_model,prompts
 +0.10-0.10+0.26-0.28 WinRateCallback.__init__(batch_size,prompts)
 +0.10-0.23 RichProgressCallback.prediction_bar,prediction_task_id,training_task_id
 +0.10-0.25
  WinRateCallback.eval_dataset,generation_config,judge,on_evaluate,on_train_begin,ref_completions
  WinRateCallback.trainer
 +0.10-0.28 WinRateCallback WinRateCallback.__init__(generation_config,judge,trainer)
 +0.11 LogCompletionsCallback.__init__(freq,generation_config,num_prompts,trainer)
  LogCompletionsCallback._last_logged_step,eval_dataset,on_step_end,table _generate_completions
 +0.11-0.25 BasePairwiseJudge
 +0.11-0.28 WinRateCallback.__init__(num_prompts)
 +0.12 maybe_apply_chat_template
 +0.12-0.25 WinRateCallback.shuffle_order
 +0.12-0.28 WinRateCallback.__init__(shuffle_order)
 +0.13 log_table_to_comet_experiment
 +0.13-0.25 MergeConfig is_mergekit_available merge_models upload_model_to_hf
  MergeModelCallback._merge_and_maybe_push,merge_at_every_checkpoint,merge_config,on_save,on_train_end,push_to_hub
  WinRateCallback.use_soft_judge
 +0.13-0.26 MergeModelCallback _win_rate_completions_df
  MergeModelCallback.__init__(merge_at_every_checkpoint,merge_config,push_to_hub)
 +0.13-0.28 WinRateCallback.__init__(use_soft_judge)
 +0.22 BEMACallback
  BEMACallback.__init__(bias_power,device,ema_power,lag,min_ema_multiplier,multiplier)
  BEMACallback.__init__(update_after,update_freq)
 +0.24 RichProgressCallback.evaluation_bar,evaluation_task,training_task WeaveCallback
  is_weave_available
  WeaveCallback.__init__(dataset_name,generation_config,model_name,num_prompts,project_name,scorers)
  WeaveCallback.__init__(trainer)
 +0.25-0.25 get_config_model_id
 +0.26-0.26 _MergeModelCallback
 +0.26-0.28 _WinRateCallback suppress_experimental_warning
trainer.cpo_config
 +0.12-0.25 CPOConfig.__init__(learning_rate)
 +0.19-0.25 CPOConfig._VALID_DICT_FIELDS CPOConfig.__init__(bf16,logging_steps)
 +0.22-0.25 CPOConfig.__init__(alpha,gradient_checkpointing)
 +0.25-0.25 CPOConfig.__init__(lr_scheduler_kwargs)
 +0.26-0.28 _CPOConfig suppress_experimental_warning
 +0.8-0.10 CPOConfig.__init__(max_target_length)
 +0.8-0.25
  CPOConfig.__init__(beta,dataset_num_proc,disable_dropout,generate_during_eval,is_encoder_decoder,label_pad_token_id)
  CPOConfig.__init__(label_smoothing,loss_type,max_completion_length,max_length,max_prompt_length,model_init_kwargs)
  CPOConfig.__init__(padding_value,truncation_mode)
 +0.8-0.28 .
 +0.9-0.25 CPOConfig.__init__(cpo_alpha,simpo_gamma)
trainer.cpo_trainer
 +0.10-0.25 add_bos_token_if_needed add_eos_token_if_needed
 +0.11-0.25 CPOTrainer.max_completion_length
 +0.12-0.13+0.26-0.28 CPOTrainer.__init__(True)
 +0.12-0.23 CPOTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
 +0.12-0.25 CPOTrainer.aux_loss_coef,create_model_card,generate_from_model,processing_class
  CPOTrainer.compute_loss(num_items_in_batch) maybe_apply_chat_template maybe_extract_prompt
 +0.12-0.28 CPOTrainer.__init__(processing_class)
 +0.13-0.23 get_comet_experiment_url
 +0.13-0.25 CPOTrainer.log(start_time)
 +0.14-0.25 CPOTrainer.model_accepts_loss_kwargs log_table_to_comet_experiment
 +0.15-0.25 selective_log_softmax
 +0.19-0.25 CPOTrainer._save_checkpoint
 +0.22-0.25 CPOTrainer.alpha
 +0.24-0.25 BaseTrainer CPOTrainer._name,_paper,_template_file
 +0.26-0.28 _CPOTrainer suppress_experimental_warning
 +0.8-0.10 CPOTrainer.max_target_length is_peft_available is_wandb_available
 +0.8-0.11 CPOTrainer.get_batch_samples,push_to_hub,tokenizer trl_sanitze_kwargs_for_tagging
 +0.8-0.13+0.26-0.28 CPOTrainer.__init__(tokenizer)
 +0.8-0.25 CPOConfig DPODataCollatorWithPadding disable_dropout_in_model pad_to_length
  peft_module_casting_to_bf16
  CPOTrainer._peft_has_been_casted_to_bf16,_shift_right,_stored_metrics,_tag_names,beta,build_tokenized_answer
  CPOTrainer.compute_loss,concatenated_forward,concatenated_inputs,cpo_loss,decoder_start_token_id,evaluation_loop
  CPOTrainer.generate_during_eval,get_batch_logps,get_batch_loss_metrics,is_encoder_decoder,label_pad_token_id,label_smoothing
  CPOTrainer.log,loss_type,max_length,max_prompt_length,pad_token_id,padding_value
  CPOTrainer.prediction_step,store_metrics,tokenize_row,truncation_mode,use_dpo_data_collator
 +0.8-0.28 . CPOTrainer.__init__(args,callbacks,compute_metrics,data_collator,eval_dataset,model)
  CPOTrainer.__init__(model_init,optimizers,peft_config,preprocess_logits_for_metrics,train_dataset)
 +0.9-0.25 CPOTrainer.aux_loss_enabled,cpo_alpha,simpo_gamma
trainer.ddpo_config
 +0.12-0.23 DDPOConfig.__init__(push_to_hub)
 +0.6-0.10 is_bitsandbytes_available is_torchvision_available
 +0.6-0.23 .
  DDPOConfig.__init__(accelerator_kwargs,allow_tf32,async_reward_computation,log_with,logdir,max_workers)
  DDPOConfig.__init__(mixed_precision,negative_prompts,num_checkpoint_limit,num_epochs,per_prompt_stat_tracking,per_prompt_stat_tracking_buffer_size)
  DDPOConfig.__init__(per_prompt_stat_tracking_min_count,project_kwargs,resume_from,run_name,sample_batch_size,sample_eta)
  DDPOConfig.__init__(sample_guidance_scale,sample_num_batches_per_epoch,sample_num_steps,save_freq,seed,tracker_kwargs)
  DDPOConfig.__init__(tracker_project_name,train_adam_beta1,train_adam_beta2,train_adam_epsilon,train_adam_weight_decay,train_adv_clip_max)
  DDPOConfig.__init__(train_batch_size,train_cfg,train_clip_range,train_gradient_accumulation_steps,train_learning_rate,train_max_grad_norm)
  DDPOConfig.__init__(train_num_inner_epochs,train_timestep_fraction,train_use_8bit_adam)
 +0.7-0.23 DDPOConfig.__init__(exp_name)
trainer.ddpo_trainer
 +0.12-0.23 DDPOTrainer.create_model_card(dataset_name,tags) generate_model_card
 +0.13-0.23 get_comet_experiment_url
 +0.19-0.23 DDPOTrainer._save_checkpoint
 +0.6-0.13 BaseTrainer
 +0.6-0.23 .
  DDPOTrainer.__init__(config,image_samples_hook,prompt_function,reward_function,sd_pipeline)
 +0.7-0.11 DDPOTrainer.create_model_card(path) MODEL_CARD_TEMPLATE
 +0.7-0.23 DDPOTrainer._tag_names,create_model_card
trainer.distillation_config
 +1.10 .
  DistillationConfig.__init__(beta,bf16,cache_implementation,chat_template_kwargs,disable_dropout,ds3_gather_for_generation)
  DistillationConfig.__init__(generation_kwargs,gradient_checkpointing,learning_rate,log_completions,log_unique_prompts,logging_steps)
  DistillationConfig.__init__(lr_scheduler_kwargs,max_completion_length,min_p,model_init_kwargs,num_completions_to_print,pad_to_multiple_of)
  DistillationConfig.__init__(remove_unused_columns,repetition_penalty,shuffle_dataset,teacher_model_init_kwargs,teacher_model_name_or_path,teacher_model_revision)
  DistillationConfig.__init__(temperature,top_k,top_p,torch_empty_cache_steps,trust_remote_code,use_liger_kernel)
  DistillationConfig.__init__(use_vllm,vllm_enable_sleep_mode,vllm_gpu_memory_utilization,vllm_group_port,vllm_max_model_length,vllm_mode)
  DistillationConfig.__init__(vllm_model_impl,vllm_server_base_url,vllm_server_host,vllm_server_port,vllm_server_timeout,vllm_structured_outputs_regex)
  DistillationConfig.__init__(vllm_tensor_parallel_size)
 +1.11 DistillationConfig.__init__(max_tool_calling_iterations)
trainer.distillation_trainer
 +1.10 . DistillationTrainer.__init__(args,callbacks,eval_dataset,model,optimizers,peft_config)
  DistillationTrainer.__init__(processing_class,quantization_config,teacher_model,train_dataset)
 +1.10-1.12 DistillationTrainer.liger_loss,use_liger_kernel
 +1.10-1.14 _CHUNKED_LM_HEAD_CHUNK_SIZE _chunk maybe_gather_lm_head_ctx
 +1.11 DistillationTrainer.__init__(tools)
  DistillationTrainer._generate_single_turn(has_tool_images)
  DistillationTrainer._get_tool_suffix_ids,_image_pad_token_id,_tool_call_loop,_tool_dict,_video_pad_token_id,chat_template
  DistillationTrainer.max_tool_calling_iterations,vllm_mode _SUPPORTS_RESPONSE_TEMPLATE
  add_response_schema get_training_chat_template is_chat_template_prefix_preserving
  is_jmespath_available parse_response supports_tool_calling
 +1.14 DistillationTrainer.eos_token_ids
 +1.15 DistillationTrainer.compute_loss_func,loss_is_scaled_for_ga
 +1.16 ChunkedDivergenceFunction _use_triton
trainer.dpo_config
 +0.11-0.28 DPOConfig.__init__(max_completion_length)
 +0.12 DPOConfig.__init__(learning_rate,use_weighting)
 +0.13 DPOConfig.__init__(discopop_tau,precompute_ref_batch_size)
 +0.13-0.16 DPOConfig.__init__(use_num_logits_to_keep)
 +0.14 DPOConfig.__init__(padding_free)
 +0.14-0.28 DPOConfig.__init__(tools)
 +0.15-0.28 DPOConfig.__init__(use_logits_to_keep)
 +0.18 DPOConfig.__init__(ld_alpha)
 +0.19 DPOConfig._VALID_DICT_FIELDS DPOConfig.__init__(bf16,logging_steps)
 +0.19-0.27 DPOConfig.__init__(use_liger_loss)
 +0.19-0.28 DPOConfig.__init__(base_model_attribute_name)
 +0.20 DPOConfig.__init__(loss_weights)
 +0.22 DPOConfig.__init__(gradient_checkpointing)
 +0.24 DPOConfig.__init__(pad_token)
 +0.25 DPOConfig.__init__(lr_scheduler_kwargs)
 +0.25-0.27+0.29 DPOConfig.use_liger_kernel
 +0.27-0.27 DPOConfig.gradient_checkpointing_kwargs
 +0.29
  DPOConfig.__init__(activation_offloading,pad_to_multiple_of,torch_empty_cache_steps,use_liger_kernel)
 +0.29-0.29 BaseConfig
 +0.9 .
  DPOConfig.__init__(beta,dataset_num_proc,disable_dropout,f_alpha_divergence_coef,f_divergence_type,label_smoothing)
  DPOConfig.__init__(loss_type,max_length,model_init_kwargs,precompute_ref_log_probs,ref_model_mixup_alpha,ref_model_sync_steps)
  DPOConfig.__init__(sync_ref_model,truncation_mode)
 +0.9-0.13 DPOConfig.__init__(max_target_length)
 +0.9-0.14 DPOConfig.__init__(is_encoder_decoder)
 +0.9-0.25 DPOConfig.__init__(padding_value)
 +0.9-0.28
  DPOConfig.__init__(force_use_ref_model,generate_during_eval,label_pad_token_id,max_prompt_length,model_adapter_name,ref_adapter_name)
  DPOConfig.__init__(ref_model_init_kwargs,reference_free,rpo_alpha) FDivergenceConstants
  FDivergenceType
 +1.0 _BaseConfig
 +1.7 DPOConfig.__init__(trust_remote_code)
 +1.8 DPOConfig.__init__(router_aux_loss_coef)
trainer.dpo_trainer
 +0.10-0.11 _add_special_tokens _adjust_prompt_length _append_prompt_tokens_to_batch
  _build_sequence_tokens _build_tokenized_answer _process_answer _process_prompt
  _tokenize_encoder_decoder _truncate_tokens add_bos_token_if_needed add_eos_token_if_needed
 +0.10-0.11+1.8 _tokenize
 +0.11-0.28 DPOTrainer.max_completion_length
 +0.12 DPOTrainer.__init__(processing_class)
  DPOTrainer._set_signature_columns_if_needed,_signature_columns,compute_ref_log_probs,create_model_card,use_weighting
  DPOTrainer.compute_loss(num_items_in_batch) pad
 +0.12-0.13 PreferenceCollator
 +0.12-0.15 DPOTrainer.__init__(True)
 +0.12-0.23 DPOTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
 +0.12-0.28 DPOTrainer.aux_loss_coef,generate_from_model_and_ref,process_row
  DPOTrainer.compute_ref_log_probs(batch)
  DPOTrainer.dpo_loss(chosen_logps,ref_chosen_logps,ref_rejected_logps,rejected_logps)
  DPOTrainer.tokenize_row(add_special_tokens,features,max_completion_length,max_prompt_length,processing_class)
  maybe_apply_chat_template maybe_extract_prompt
 +0.13 DPOTrainer.log(start_time)
 +0.13-0.14 DPOTrainer.use_num_logits_to_keep
 +0.13-0.23 get_comet_experiment_url
 +0.14 DPOTrainer._prepare_dataset,padding_free DataCollatorForPreference flush_left
 +0.14-0.28 empty_cache log_table_to_comet_experiment
 +0.14-0.28+1.4 DPOTrainer.model_accepts_loss_kwargs
 +0.15-0.28 DPOTrainer.use_logits_to_keep
 +0.15-1.14 selective_log_softmax
 +0.16 prepare_fsdp
 +0.18 prepare_deepspeed
 +0.18-0.28 DPOTrainer.concatenated_forward(is_ref_model)
 +0.18-0.29 flush_right
 +0.19 DPOTrainer._save_checkpoint
 +0.19-0.23 DPOTrainer._create_model_from_path
 +0.19-0.28 DPOTrainer.__init__(optimizer_cls_and_kwargs) DPOTrainer._compute_loss_liger(batch)
  DPOTrainer._prepare_gradient_checkpointing,_prepare_peft_model,dpo_loss_fn shift_tokens_right
 +0.19-1.13 DPOTrainer._compute_loss_liger
 +0.20 DPOTrainer.loss_weights
 +0.20-0.28 DPOTrainer.dpo_loss(loss_type,model_output)
 +0.24 DPOTrainer._is_vlm,_name,_paper,_template_file create_model_from_path
 +0.24-0.25 DPOTrainer.padding_value(value)
 +0.24-0.29 BaseTrainer
 +0.24-1.0 DPOTrainer.pad_token_id
 +0.25 get_config_model_id
 +0.27 is_conversational
 +0.27-0.28 DPOTrainer.process_row(is_chat) DPOTrainer.tokenize_row(is_chat)
 +0.28-0.28 DPOTrainer.force_use_ref_model
 +0.29
  DPOTrainer._compute_loss,_is_vision_dataset,_metrics,_precompute_ref_logps,_total_train_tokens,f_alpha_divergence_coef
  DPOTrainer.ld_alpha,loss_types,maybe_activation_offload_context,precompute_ref_logps,training_step
  DPOTrainer.compute_ref_log_probs(inputs) DataCollatorForVisionPreference apply_chat_template
  disable_gradient_checkpointing extract_prompt get_act_offloading_ctx_manager hash_module
  prepare_multimodal_messages use_adapter
 +0.29-0.29 DPOTrainer._truncate_inputs remove_none_values
 +0.29-1.0 DPOTrainer.eos_token_id,pad_token
 +0.29-1.12 FLASH_ATTENTION_VARIANTS
 +0.29-1.13 DPOTrainer._compute_loss_liger(inputs,return_outputs) entropy_from_logits
 +0.29-1.14 DPOTrainer.use_liger_kernel
 +0.29-1.7 DPOTrainer.liger_loss_fn get_dataset_column_names
 +0.5 . DPOTrainer.__init__(args,callbacks,data_collator,eval_dataset,model,optimizers)
  DPOTrainer.__init__(peft_config,ref_model,train_dataset)
 +0.5-0.10 is_peft_available
 +0.5-0.11 DPODataCollatorWithPadding
  DPOTrainer.dpo_loss(policy_chosen_logps,policy_rejected_logps,reference_chosen_logps,reference_rejected_logps)
  DPOTrainer.get_batch_samples,use_dpo_data_collator
 +0.5-0.12
  DPOTrainer.__init__(beta,label_pad_token_id,max_length,max_prompt_length,padding_value,truncation_mode)
 +0.5-0.15 DPOTrainer.__init__(tokenizer)
 +0.5-0.18 DPOTrainer.__init__(model_init)
 +0.5-0.25 DPOTrainer.padding_value
 +0.5-0.28 DPOTrainer.__init__(preprocess_logits_for_metrics)
  DPOTrainer._stored_metrics,concatenated_forward,concatenated_inputs,dpo_loss,label_pad_token_id,store_metrics
  pad_to_length
 +0.5-0.6 DPOTrainer._get_batch_logps,get_batch_metrics DPOTrainer.dpo_loss(reference_free)
 +0.6 disable_dropout_in_model
 +0.6-0.12 DPOTrainer.__init__(disable_dropout)
 +0.6-0.28 DPOTrainer.is_peft_model create_reference_model
 +0.7 DPOTrainer.__init__(compute_metrics)
  DPOTrainer._tag_names,eval_dataset,label_smoothing,train_dataset
 +0.7-0.10 DPOTrainer.max_target_length is_wandb_available
 +0.7-0.11 DPOTrainer.compute_reference_log_probs,get_batch_logps,push_to_hub,tokenizer
  DPOTrainer.concatenated_inputs(device,is_encoder_decoder,label_pad_token_id)
  trl_sanitze_kwargs_for_tagging
 +0.7-0.12
  DPOTrainer.__init__(dataset_num_proc,generate_during_eval,is_encoder_decoder,label_smoothing,loss_type,max_target_length)
  DPOTrainer.__init__(model_adapter_name,model_init_kwargs,precompute_ref_log_probs,ref_adapter_name,ref_model_init_kwargs,reference_free)
 +0.7-0.17 DPOTrainer._prepare_deepspeed PreTrainedModelWrapper
 +0.7-0.28
  DPOTrainer._peft_has_been_casted_to_bf16,_precomputed_eval_ref_log_probs,_precomputed_train_ref_log_probs,dataset_num_proc,evaluation_loop,generate_during_eval
  DPOTrainer.get_batch_loss_metrics,get_eval_dataloader,get_train_dataloader,is_encoder_decoder,loss_type,max_length
  DPOTrainer.max_prompt_length,model_adapter_name,null_ref_context,precompute_ref_log_probs,ref_adapter_name,reference_free
  DPOTrainer.truncation_mode DPOTrainer.concatenated_inputs(padding_value)
  peft_module_casting_to_bf16
 +0.7-0.8 DPOTrainer.get_batch_logps(average_log_prob)
 +0.7-0.9 DPOTrainer.build_tokenized_answer DPOTrainer.tokenize_row(feature,model)
 +0.7-0.9+0.12-0.28 DPOTrainer.tokenize_row
 +0.8-0.12 DPOTrainer.__init__(force_use_ref_model)
 +0.9 DPOConfig SyncRefModelCallback DPOTrainer.f_divergence_type
 +0.9-0.11 DPOTrainer.concatenated_inputs(is_vision_model) DPOTrainer.processor
 +0.9-0.28 DPOTrainer.f_divergence_params,is_vision_model,running FDivergenceConstants
  FDivergenceType RunningMoments cap_exp
 +0.9-0.28+1.8 DPOTrainer.aux_loss_enabled
 +0.9-0.9 DPOTrainer.build_tokenized_answer(images)
 +1.0 _BaseTrainer
 +1.0-1.7 DPOTrainer._tokenize
 +1.13 DPOTrainer._tp_size
 +1.13-1.13 FusedLinearDPOLoss
 +1.14 DPOTrainer._precompute_model_hash common_prefix_length global_then_local_main_first
 +1.14-1.14 DPOTrainer._compute_ref_log_probs,_get_per_token_logps_and_entropies
  _CHUNKED_LOGPROB_CHUNK_SIZE _ChunkedLogProbFunction selective_log_softmax_and_entropy
 +1.15 DPOTrainer.compute_loss_func,loss_is_scaled_for_ga add_fused_lm_head
 +1.3 DPOTrainer._tokenizer
 +1.5 DPOTrainer._send_telemetry
 +1.7 DPOTrainer.evaluate
 +1.8 DPOTrainer.__init__(quantization_config) DPOTrainer.router_aux_loss_coef
 +1.8-1.13 DPOTrainer.liger_loss
 +1.8-1.14 is_liger_kernel_available
 +1.9 DPOTrainer._precompute_engine DPOTrainer.compute_ref_log_probs(model)
 +1.9-1.14 DPOTrainer._forward_redirection _ForwardRedirection maybe_gather_lm_head_ctx
trainer.gkd_config
 +0.11-0.11 GKDConfig.__init__(neftune_noise_alpha)
 +0.11-0.17 GKDConfig.__init__(chars_per_token,dataset_batch_size,num_of_sequences,use_liger)
 +0.11-0.19 GKDConfig.__init__(max_seq_length)
 +0.11-0.25
  GKDConfig.__init__(beta,dataset_kwargs,dataset_num_proc,dataset_text_field,disable_dropout,eval_packing)
  GKDConfig.__init__(lmbda,max_new_tokens,model_init_kwargs,packing,teacher_model_init_kwargs,teacher_model_name_or_path)
  GKDConfig.__init__(temperature) SFTConfig
 +0.11-0.28 .
 +0.12-0.25 GKDConfig.__init__(learning_rate,seq_kd)
 +0.16-0.17 GKDConfig.use_liger_kernel
 +0.16-0.25 GKDConfig.__init__(max_length,pad_token,padding_free)
 +0.17-0.25 GKDConfig.__init__(completion_only_loss,eos_token)
 +0.18-0.25 GKDConfig.__init__(activation_offloading,pad_to_multiple_of)
 +0.19-0.22 GKDConfig.__init__(average_tokens_across_devices)
 +0.19-0.25 GKDConfig._VALID_DICT_FIELDS
  GKDConfig.__init__(assistant_only_loss,bf16,chat_template_path,logging_steps,packing_strategy)
 +0.22-0.25 GKDConfig.__init__(gradient_checkpointing)
 +0.23-0.25 GKDConfig.__init__(loss_type)
 +0.25-0.25 GKDConfig.__init__(lr_scheduler_kwargs)
 +0.26-0.28 _GKDConfig suppress_experimental_warning
trainer.gkd_trainer
 +0.11-0.11
  GKDTrainer._trainer_supports_neftune,_trl_activate_neftune,model,neftune_hook_handle,neftune_noise_alpha,push_to_hub
  GKDTrainer.train is_liger_kernel_available
 +0.11-0.12+0.26-0.28 GKDTrainer.__init__(True,tokenizer)
 +0.11-0.14
  GKDTrainer._prepare_non_packed_dataloader,_prepare_packed_dataloader,dataset_batch_size,dataset_num_proc
 +0.11-0.14+0.26-0.28 GKDTrainer.__init__(model_init)
 +0.11-0.17 GKDTrainer._prepare_deepspeed PreTrainedModelWrapper
 +0.11-0.25 DataCollatorForChatML GKDConfig SFTTrainer disable_dropout_in_model empty_cache
  unwrap_model_for_generation
  GKDTrainer._prepare_dataset,_tag_names,beta,compute_loss,generalized_jsd_loss,generate_on_policy_outputs
  GKDTrainer.generation_config,lmbda,teacher_model,temperature,training_step
 +0.11-0.28 .
  GKDTrainer.__init__(args,callbacks,compute_metrics,data_collator,eval_dataset,formatting_func)
  GKDTrainer.__init__(model,optimizers,peft_config,preprocess_logits_for_metrics,processing_class,teacher_model)
  GKDTrainer.__init__(train_dataset)
 +0.12-0.23 GKDTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
 +0.12-0.25 GKDTrainer.compute_loss(num_items_in_batch) GKDTrainer.create_model_card,seq_kd
  GKDTrainer.training_step(num_items_in_batch)
 +0.13-0.23 get_comet_experiment_url
 +0.15-0.18 GKDTrainer._prepare_dataset(dataset)
 +0.15-0.21
  GKDTrainer._create_model_from_path,_enable_gradient_checkpointing,_prepare_model_for_kbit_training,_prepare_peft_model
 +0.15-0.25 GKDTrainer._metrics,log
 +0.16-0.25 GKDTrainer._total_train_tokens
 +0.17-0.25 GKDTrainer._set_signature_columns_if_needed,_signature_columns,completion_only_loss
 +0.18-0.25 GKDTrainer.maybe_activation_offload_context prepare_deepspeed
 +0.19-0.25 GKDTrainer._save_checkpoint,padding_free
 +0.22-0.25 GKDTrainer._is_vlm,liger_jsd_loss,num_virtual_tokens,use_liger_gkd_loss
 +0.23-0.25 GKDTrainer.aux_loss_enabled
 +0.24-0.25 GKDTrainer._is_vision_dataset,_name,_paper,_template_file
 +0.26-0.28 _GKDTrainer suppress_experimental_warning
trainer.grpo_config
 +0.14 .
  GRPOConfig.__init__(beta,learning_rate,max_completion_length,model_init_kwargs,num_generations,remove_unused_columns)
  GRPOConfig.__init__(temperature,use_vllm,vllm_gpu_memory_utilization)
 +0.14-0.14 GRPOConfig.__init__(gradient_accumulation_steps,per_device_train_batch_size)
 +0.14-0.17 GRPOConfig.__init__(vllm_device)
 +0.14-0.27 GRPOConfig.__init__(max_prompt_length)
 +0.15
  GRPOConfig.__init__(ds3_gather_for_generation,log_completions,ref_model_mixup_alpha,ref_model_sync_steps,reward_weights,sync_ref_model)
 +0.15-0.17 GRPOConfig.__init__(vllm_dtype,vllm_max_model_len)
 +0.16
  GRPOConfig.__init__(cache_implementation,epsilon,epsilon_high,min_p,num_iterations,repetition_penalty)
  GRPOConfig.__init__(scale_rewards,top_k,top_p,vllm_server_host,vllm_server_port,vllm_server_timeout)
 +0.16-0.17 GRPOConfig.__init__(vllm_enable_prefix_caching)
 +0.16-0.27 GRPOConfig.__init__(vllm_guided_decoding_regex)
 +0.17 GRPOConfig._VALID_DICT_FIELDS
  GRPOConfig.__init__(disable_dropout,loss_type,mask_truncated_completions,num_completions_to_print,shuffle_dataset)
 +0.17-0.26 GRPOConfig.__init__(wandb_log_unique_prompts)
 +0.17-0.27 GRPOConfig.__init__(use_liger_loss)
 +0.18
  GRPOConfig.__init__(delta,generation_batch_size,steps_per_generation,vllm_mode,vllm_server_base_url,vllm_tensor_parallel_size)
 +0.19 GRPOConfig.__init__(bf16,generation_kwargs,logging_steps)
 +0.20 GRPOConfig.__init__(importance_sampling_level,top_entropy_quantile,use_transformers_paged)
 +0.21 GRPOConfig.__init__(vllm_model_impl)
 +0.22 GRPOConfig.__init__(gradient_checkpointing)
 +0.23
  GRPOConfig.__init__(vllm_enable_sleep_mode,vllm_importance_sampling_cap,vllm_importance_sampling_correction)
 +0.25 GRPOConfig.__init__(cast_lm_head_to_fp32,chat_template_kwargs,lr_scheduler_kwargs)
 +0.25-0.27+0.29 GRPOConfig.use_liger_kernel
 +0.26
  GRPOConfig.__init__(log_unique_prompts,num_generations_eval,sapo_temperature_neg,sapo_temperature_pos,use_bias_correction_kl,vllm_importance_sampling_mode)
  GRPOConfig.__init__(vllm_max_model_length)
 +0.27
  GRPOConfig.__init__(max_tool_calling_iterations,multi_objective_aggregation,off_policy_mask_threshold,vllm_group_port,vllm_structured_outputs_regex)
 +0.27-0.27 GRPOConfig.gradient_checkpointing_kwargs
 +0.28 GRPOConfig.__init__(log_completions_hub_repo)
 +0.29 GRPOConfig.__init__(torch_empty_cache_steps,use_liger_kernel)
 +0.29-0.29 BaseConfig
 +1.0
  GRPOConfig.__init__(pad_to_multiple_of,vespo_k_neg,vespo_k_pos,vespo_lambda_neg,vespo_lambda_pos)
  _BaseConfig
 +1.6 GRPOConfig.__init__(vllm_importance_sampling_clip_max,vllm_importance_sampling_clip_min)
 +1.7
  GRPOConfig.__init__(router_aux_loss_coef,transformers_continuous_batching_config,trust_remote_code,use_transformers_continuous_batching)
 +1.8
  GRPOConfig.__init__(entropy_coef,entropy_coef_delta,entropy_coef_max,entropy_coef_min,entropy_target,use_adaptive_entropy)
 +1.9 GRPOConfig.__init__(log_multimodal)
trainer.grpo_trainer
 +0.14 . GRPOTrainer.__init__(args,callbacks,eval_dataset,model,optimizers,peft_config)
  GRPOTrainer.__init__(processing_class,reward_funcs,reward_processing_classes,train_dataset)
 +0.14-0.15 GRPOTrainer.sampling_params
 +0.14-0.15+0.18-0.27 GRPOTrainer.llm
 +0.14-0.16 GRPOTrainer._prepare_inputs(inputs)
 +0.14-0.18 create_reference_model
 +0.14-0.23 GRPOTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
  get_comet_experiment_url
 +0.14-0.24 maybe_apply_chat_template
 +0.14-0.25 GRPOTrainer.max_prompt_length
 +0.14-0.27 is_vllm_available
 +0.15
  GRPOTrainer._get_eval_sampler,_get_train_sampler,log_completions,prediction_step,reward_weights
  SyncRefModelCallback
 +0.15-0.17 RepeatRandomSampler
 +0.15-0.19 GRPOTrainer._get_per_token_logps
 +0.15-0.27 GRPOTrainer._move_model_to_vllm
 +0.15-1.14 selective_log_softmax
 +0.16
  GRPOTrainer._buffered_inputs,_generate_and_score_completions,_step,_total_train_tokens,epsilon_high,epsilon_low
  GRPOTrainer.min_p,num_iterations,repetition_penalty,temperature,top_k,top_p
  print_prompt_completions_sample profiling_context profiling_decorator
 +0.16-0.17 is_deepspeed_available is_rich_available
 +0.16-0.21 GRPOTrainer._enable_gradient_checkpointing
 +0.16-0.26 GRPOTrainer.guided_decoding_regex
 +0.16-0.27 GRPOTrainer.vllm_client VLLMClient
 +0.17
  GRPOTrainer._compute_loss,get_train_dataloader,loss_type,mask_truncated_completions,num_completions_to_print,reward_func_names
  GRPOTrainer.scale_rewards,shuffle_dataset RepeatSampler disable_dropout_in_model nanmax nanmin
  nanstd split_tensor_dict
 +0.17-0.17 GRPOTrainer._get_last_hidden_state(model)
  GRPOTrainer._prepare_inputs(accumulated_local_batch) GRPOTrainer.compute_liger_loss(model)
 +0.17-0.19 GRPOTrainer._get_per_token_logps(batch_size) GRPOTrainer._textual_logs
 +0.17-0.24 GRPOTrainer.use_liger_loss
 +0.17-0.25 GRPOTrainer.wandb_log_unique_prompts
 +0.17-1.13 GRPOTrainer._get_last_hidden_state,compute_liger_loss
 +0.17-1.14 is_liger_kernel_available
 +0.17-1.7 GRPOTrainer.liger_grpo_loss
 +0.18 GRPOTrainer._get_train_sampler(dataset) GRPOTrainer._prepare_inputs(generation_batch)
  GRPOTrainer.vllm_gpu_memory_utilization,vllm_mode,vllm_tensor_parallel_size identity
  prepare_fsdp
 +0.18-0.19 GRPOTrainer._sync_fsdp_params_to_vllm shuffle_tensor_dict
 +0.18-0.27 GRPOTrainer.tp_group
 +0.18-1.13 GRPOTrainer._get_last_hidden_state(unwrapped_model)
  GRPOTrainer.compute_liger_loss(unwrapped_model)
 +0.18-1.14 GRPOTrainer._forward_redirection _ForwardRedirection
 +0.19 GRPOTrainer._calculate_rewards,_save_checkpoint
 +0.20
  GRPOTrainer._get_per_token_logps_and_entropies,_logs,importance_sampling_level,top_entropy_quantile
  shuffle_sequence_dict split_pixel_values_by_grid unsplit_pixel_values_by_grid
 +0.20-0.20 get_high_entropy_mask
 +0.20-0.23 GRPOTrainer.image_token,image_token_id,vision_end_token_id,vision_start_token_id
  truncate_with_protected_tokens
 +0.20-0.27
  GRPOTrainer._fix_param_name_to_vllm,_sync_fsdp1_params_to_vllm,_sync_fsdp2_params_to_vllm
 +0.20-1.0 GRPOTrainer.pad_token
 +0.20-1.13
  GRPOTrainer._get_last_hidden_state(image_grid_thw,image_sizes,pixel_attention_mask,pixel_values)
  entropy_from_logits
 +0.20-1.14 GRPOTrainer.model_kwarg_keys
 +0.20-1.2 GRPOTrainer.eos_token_id,pad_token_id
 +0.20-1.6 GRPOTrainer.use_transformers_paged
 +0.21 GRPOTrainer.get_high_entropy_mask
 +0.21-0.22 GRPOTrainer.get_high_entropy_mask(accelerator)
 +0.22 prepare_multimodal_messages
 +0.22-0.25 prepare_peft_model
 +0.23 GRPOTrainer.vllm_importance_sampling_correction
 +0.23-1.5 GRPOTrainer.vllm_importance_sampling_cap
 +0.24 GRPOTrainer._generate,_generate_single_turn,_name,_paper,_template_file
  GRPOTrainer._get_per_token_logps_and_entropies(num_images,token_type_ids)
 +0.24-0.24 GRPOTrainer._generate(images)
 +0.24-0.24+0.29 GRPOTrainer._generate_single_turn(images)
 +0.24-0.27 ensure_master_addr_port
 +0.24-0.28 GRPOTrainer._generate_single_turn(prompts)
 +0.24-0.29 BaseTrainer
 +0.25 GRPOTrainer.__init__(rollout_func) GRPOTrainer.chat_template_kwargs RolloutFunc
  get_config_model_id
 +0.25-0.27 prepare_multimodal_messages_vllm
 +0.25-1.14 GRPOTrainer.use_liger_kernel
 +0.26 GRPOTrainer.__init__(tools)
  GRPOTrainer._current_train_step_time,_tool_call_loop,chat_template,generation_kwargs,log_unique_prompts,num_generations_eval
  GRPOTrainer.training_step,vllm_importance_sampling_mode add_response_schema
  create_model_from_path disable_gradient_checkpointing get_training_chat_template
  is_jmespath_available parse_response
 +0.26-0.27 GRPOTrainer._tool_dict,get_sapo_token_loss
 +0.27
  GRPOTrainer.get_off_policy_mask,max_tool_calling_iterations,multi_objective_aggregation,off_policy_mask_threshold
  shutdown_event_loop_in_daemon start_event_loop_in_daemon use_adapter
 +0.27-0.27
  GRPOTrainer._has_async_reward_funcs,async_reward_loop,async_reward_loop_ready_event,async_reward_loop_thread,structured_outputs_regex
 +0.28
  GRPOTrainer._has_async_funcs,async_loop,async_loop_ready_event,async_loop_thread,commit_scheduler,vllm_generation
  VLLMGeneration
 +0.28-0.28 GRPOTrainer._async_tool_dict,_sync_tool_dict
 +0.29 EnvironmentFactory _SupportsReset GRPOTrainer.__init__(environment_factory)
  GRPOTrainer._async_tool_dicts,_get_tool_suffix_ids,_sync_tool_dicts,_tokenize_prompts,environments
  GRPOTrainer._generate_single_turn(multimodal_fields,prompt_ids)
  GRPOTrainer._get_per_token_logps_and_entropies(mm_token_type_ids)
  GRPOTrainer._tool_call_loop(images,multimodal_fields)
 +1.0
  GRPOTrainer._log_completion_extra,_log_metric,_pending_extra_logs,_pending_metrics,get_gamma_weights,pad_to_multiple_of
  _BaseTrainer
 +1.0-1.0 GRPOTrainer._get_last_hidden_state(pixel_position_ids)
 +1.0-1.0+1.14-1.14 GRPOTrainer._get_per_token_logps_and_entropies(pixel_position_ids)
 +1.1 GRPOTrainer._get_per_token_logps_and_entropies(image_position_ids) GRPOTrainer._is_vlm
  is_chat_template_prefix_preserving supports_tool_calling
 +1.1-1.1 GRPOTrainer._get_vision_token_ids,_truncate_at_image_boundary,_vision_token_ids_cache
 +1.1-1.13 GRPOTrainer._get_last_hidden_state(image_position_ids)
 +1.10 GRPOTrainer._generate_single_turn(has_tool_images)
 +1.13-1.13 FusedLinearGRPOLoss
 +1.14 GRPOTrainer._generate_single_turn(num_generations) GRPOTrainer.eos_token_ids
  is_async_callable
 +1.14-1.14 GRPOTrainer._chunked_logps,_full_logits_logps _CHUNKED_LOGPROB_CHUNK_SIZE
  _ChunkedLogProbFunction selective_log_softmax_and_entropy
 +1.15 GRPOTrainer.compute_loss_func,loss_is_scaled_for_ga add_fused_lm_head
  strip_images_from_messages
 +1.2 GRPOTrainer._image_pad_token_id,_video_pad_token_id
 +1.3 GRPOTrainer._tokenizer
 +1.5 GRPOTrainer._send_telemetry
 +1.6 DistributedBackend
  GRPOTrainer._dist,vllm_importance_sampling_clip_max,vllm_importance_sampling_clip_min
 +1.7 GRPOTrainer._get_per_token_logps_and_entropies(compute_aux_loss,num_tiles,spatial_shapes)
  GRPOTrainer.aux_loss_enabled,continuous_batching_config,router_aux_loss_coef,use_transformers_continuous_batching
  _SUPPORTS_RESPONSE_TEMPLATE
 +1.7-1.13 GRPOTrainer._get_last_hidden_state(spatial_shapes)
 +1.8 GRPOTrainer.__init__(quantization_config)
  GRPOTrainer._batch_environments,_entropy_bonus_enabled,_entropy_window_stats,_env_tools,_environment_pool,_last_world_entropy
  GRPOTrainer._load_optimizer_and_scheduler,_multi_environment,_standalone_tools,entropy_coef,environment_factories,use_adaptive_entropy
 +1.8-1.13 GRPOTrainer.liger_loss
 +1.9 GRPOTrainer.get_eval_dataloader,log_multimodal get_callable_name repeat_iterable_dataset
 +1.9-1.14 maybe_gather_lm_head_ctx
trainer.iterative_sft_config
 +0.18-0.23 .
  IterativeSFTConfig.__init__(max_length,model_init_kwargs,optimize_device_cache,truncation_mode)
 +0.19-0.23 IterativeSFTConfig._VALID_DICT_FIELDS IterativeSFTConfig.__init__(bf16,logging_steps)
 +0.22-0.23 IterativeSFTConfig.__init__(gradient_checkpointing)
trainer.iterative_sft_trainer
 +0.10-0.11 IterativeSFTTrainer.push_to_hub trl_sanitze_kwargs_for_tagging
 +0.10-0.23 IterativeSFTTrainer._tag_names
 +0.12-0.12 IterativeSFTTrainer.__init__(True)
 +0.12-0.23 IterativeSFTTrainer.__init__(processing_class) IterativeSFTTrainer.create_model_card
  generate_model_card
 +0.13-0.23 get_comet_experiment_url
 +0.18-0.23 IterativeSFTConfig IterativeSFTTrainer._create_model_from_path
 +0.19-0.23 IterativeSFTTrainer._save_checkpoint
 +0.7-0.10 is_peft_available
 +0.7-0.11 IterativeSFTTrainer.tokenizer
 +0.7-0.12 IterativeSFTTrainer.__init__(tokenizer)
 +0.7-0.19 IterativeSFTTrainer.__init__(max_length,optimize_device_cache,truncation_mode)
 +0.7-0.23 .
  IterativeSFTTrainer.__init__(args,compute_metrics,data_collator,eval_dataset,model,optimizers)
  IterativeSFTTrainer.__init__(preprocess_logits_for_metrics)
trainer.judges
 +0.10-0.10 is_openai_available
 +0.10-0.11 is_llmblender_available
 +0.10-0.12 RandomPairwiseJudge RandomRankJudge
 +0.10-0.25 BaseJudge.judge BasePairwiseJudge.judge BaseRankJudge.judge
  DEFAULT_PAIRWISE_SYSTEM_PROMPT HfPairwiseJudge.client,judge,system_prompt
  OpenAIPairwiseJudge._warned,client,judge,max_requests,model,num_requests
  OpenAIPairwiseJudge.system_prompt PairRMJudge.blender,judge
 +0.10-0.28 . HfPairwiseJudge.__init__(model,system_prompt,token)
  OpenAIPairwiseJudge.__init__(max_requests,model,system_prompt)
 +0.12-0.25 PairRMJudge.judge(return_scores,temperature) is_llm_blender_available
 +0.13-0.25 AllTrueJudge.judge,judges BaseBinaryJudge.judge
 +0.13-0.28 AllTrueJudge BaseBinaryJudge AllTrueJudge.__init__(judges)
 +0.26-0.28 _AllTrueJudge _BaseBinaryJudge _BaseJudge _BasePairwiseJudge _BaseRankJudge
  _HfPairwiseJudge _OpenAIPairwiseJudge _PairRMJudge suppress_experimental_warning
trainer.kto_config
 +0.11-0.25+1.8 KTOConfig.__init__(learning_rate)
 +0.12-0.25+1.8 KTOConfig.__init__(disable_dropout)
 +0.17-0.25 KTOConfig.__init__(base_model_attribute_name,use_liger_loss)
 +0.19-0.25+1.8 KTOConfig._VALID_DICT_FIELDS KTOConfig.__init__(bf16,logging_steps)
 +0.22-0.25+1.8 KTOConfig.__init__(gradient_checkpointing)
 +0.25-0.25+1.8 KTOConfig.__init__(lr_scheduler_kwargs) KTOConfig.use_liger_kernel
 +0.26-1.7 _KTOConfig suppress_experimental_warning
 +0.8 .
 +0.8-0.25
  KTOConfig.__init__(generate_during_eval,is_encoder_decoder,label_pad_token_id,max_completion_length,max_prompt_length,padding_value)
  KTOConfig.__init__(ref_model_init_kwargs,truncation_mode)
 +0.8-0.25+1.8
  KTOConfig.__init__(beta,dataset_num_proc,desirable_weight,max_length,model_init_kwargs,precompute_ref_log_probs)
  KTOConfig.__init__(undesirable_weight)
 +0.9-0.9 KTOConfig.__init__(max_density_ratio,min_density_ratio,prompt_sample_size)
  is_sklearn_available
 +0.9-0.9+0.11-0.25+1.8 KTOConfig.__init__(loss_type)
 +1.8
  KTOConfig.__init__(activation_offloading,pad_to_multiple_of,precompute_ref_batch_size,ref_model_mixup_alpha,ref_model_sync_steps,router_aux_loss_coef)
  KTOConfig.__init__(sync_ref_model,torch_empty_cache_steps,train_sampling_strategy,trust_remote_code,use_liger_kernel)
  _BaseConfig
trainer.kto_trainer
 +0.10-0.25 RUNNING_NAME
 +0.11-0.25+1.8 KTOTrainer.calculate_KL
 +0.12 KTOTrainer.__init__(processing_class)
 +0.12-0.13+0.26-1.7 KTOTrainer.__init__(True)
 +0.12-0.23 KTOTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
 +0.12-0.25 KTOTrainer.aux_loss_coef,generate_from_model_and_ref,processing_class
  maybe_apply_chat_template maybe_extract_prompt maybe_unpair_preference_dataset
 +0.12-0.25+1.8 KTOTrainer.compute_loss(num_items_in_batch) KTOTrainer.create_model_card
 +0.13-0.23 get_comet_experiment_url
 +0.13-0.25+1.8 KTOTrainer.log(start_time)
 +0.14-0.25 log_table_to_comet_experiment
 +0.14-0.25+1.8 KTOTrainer.model_accepts_loss_kwargs
 +0.15-0.25+1.8-1.14 selective_log_softmax
 +0.17-0.25 KTOTrainer._compute_loss_liger(batch) KTOTrainer.kto_loss_fn
 +0.17-0.25+1.8 KTOTrainer._compute_kl_logps
 +0.17-0.25+1.8-1.13 KTOTrainer._compute_loss_liger
 +0.17-0.25+1.8-1.14 is_liger_kernel_available
 +0.18-0.25 KTOTrainer._get_train_sampler(dataset)
 +0.18-0.25+1.8 prepare_deepspeed
 +0.19-0.25+1.8 KTOTrainer._save_checkpoint
 +0.24-0.25 BaseTrainer
 +0.24-0.25+1.8 KTOTrainer._name,_paper,_template_file
 +0.26 KTOTrainer.__init__(quantization_config)
 +0.26-1.7 _KTOTrainer suppress_experimental_warning
 +0.8 . KTOTrainer.__init__(args,callbacks,compute_metrics,data_collator,eval_dataset,model)
  KTOTrainer.__init__(optimizers,peft_config,ref_model,train_dataset)
 +0.8-0.10 is_peft_available is_wandb_available
 +0.8-0.11 KTOTrainer.get_batch_samples,push_to_hub,tokenizer trl_sanitze_kwargs_for_tagging
 +0.8-0.13+0.26-1.7 KTOTrainer.__init__(tokenizer)
 +0.8-0.17 KTOTrainer._prepare_deepspeed PreTrainedModelWrapper
 +0.8-0.25 DPODataCollatorWithPadding _get_kl_dataset _process_tokens create_reference_model
  pad_to_length peft_module_casting_to_bf16
  KTOTrainer._peft_has_been_casted_to_bf16,_precomputed_eval_ref_log_probs,_precomputed_train_ref_log_probs,_stored_metrics,compute_reference_log_probs,evaluation_loop
  KTOTrainer.forward,generate_during_eval,get_batch_logps,get_batch_loss_metrics,get_eval_dataloader,get_train_dataloader
  KTOTrainer.is_encoder_decoder,is_peft_model,kto_loss,label_pad_token_id,max_completion_length,max_length
  KTOTrainer.max_prompt_length,model_adapter_name,null_ref_context,padding_value,precompute_ref_log_probs,ref_adapter_name
  KTOTrainer.store_metrics,truncation_mode,use_dpo_data_collator
 +0.8-0.25+1.8 KTOConfig _tokenize disable_dropout_in_model
  KTOTrainer._get_train_sampler,_tag_names,beta,compute_loss,desirable_weight,eval_dataset
  KTOTrainer.log,prediction_step,ref_model,train_dataset,undesirable_weight
 +0.8-1.7
  KTOTrainer.__init__(model_adapter_name,model_init,preprocess_logits_for_metrics,ref_adapter_name)
 +0.9-0.25+1.8 KTOTrainer.aux_loss_enabled
 +0.9-0.9
  KTOTrainer._get_chosen_prob,_get_prompt_embeddings,_get_sample_prompt_embeddings,_get_udm_weight,_vectorize_prompt,bco_loss
  KTOTrainer.clf,embedding_func,embedding_tokenizer,match_underlying_distribution,running
  RunningMoments is_sklearn_available
 +0.9-0.9+0.11-0.25+1.8 KTOTrainer.loss_type
 +0.9-0.9+0.26-1.7 KTOTrainer.__init__(embedding_func,embedding_tokenizer)
 +1.13 KTOTrainer._tp_size
 +1.13-1.13 FusedLinearKTOLoss
 +1.14 KTOTrainer._precompute_model_hash common_prefix_length global_then_local_main_first
 +1.14-1.14 KTOTrainer._compute_ref_log_probs,_get_per_token_logps_and_entropies
  _CHUNKED_LOGPROB_CHUNK_SIZE _ChunkedLogProbFunction selective_log_softmax_and_entropy
 +1.15 KTOTrainer.compute_loss_func,loss_is_scaled_for_ga add_fused_lm_head
 +1.8 DataCollatorForUnpairedPreference DataCollatorForVisionUnpairedPreference
  SyncRefModelCallback _BaseTrainer apply_chat_template create_model_from_path
  disable_gradient_checkpointing extract_prompt flush_left get_act_offloading_ctx_manager
  get_config_model_id hash_module is_conversational pad prepare_fsdp prepare_multimodal_messages
  unpair_preference_dataset use_adapter
  KTOTrainer._compute_loss,_is_vision_dataset,_is_vlm,_metrics,_precompute_ref_logps,_prepare_dataset
  KTOTrainer._send_telemetry,_set_signature_columns_if_needed,_signature_columns,_tokenizer,_total_train_tokens,compute_ref_log_probs
  KTOTrainer.evaluate,maybe_activation_offload_context,precompute_ref_logps,router_aux_loss_coef,training_step
  KTOTrainer._get_train_sampler(train_dataset)
 +1.8-1.13 KTOTrainer._compute_loss_liger(inputs,return_outputs) KTOTrainer.liger_loss
  entropy_from_logits
 +1.8-1.14 KTOTrainer.use_liger_kernel
 +1.8-1.8 KTOTrainer._get_kl_dataset get_dataset_column_names
 +1.9 KTOTrainer._precompute_engine KTOTrainer.compute_ref_log_probs(model)
 +1.9-1.14 KTOTrainer._forward_redirection _ForwardRedirection maybe_gather_lm_head_ctx
trainer.model_config
 +0.10 ModelConfig.__init__(use_rslora)
 +0.16 ModelConfig.__init__(use_dora)
 +0.21 ModelConfig.__init__(lora_target_parameters)
 +0.23 ModelConfig.__init__(dtype)
 +0.26 ModelConfig.__init__(bnb_4bit_quant_storage)
 +0.7 .
  ModelConfig.__init__(attn_implementation,bnb_4bit_quant_type,load_in_4bit,load_in_8bit,lora_alpha,lora_dropout)
  ModelConfig.__init__(lora_modules_to_save,lora_r,lora_target_modules,model_name_or_path,model_revision,use_bnb_nested_quant)
  ModelConfig.__init__(use_peft)
 +0.7-0.10 ModelConfig.to_dict flatten_dict
 +0.7-0.26 ModelConfig.__init__(torch_dtype)
 +0.7-1.6 ModelConfig.__init__(trust_remote_code)
 +0.8 ModelConfig.__init__(lora_task_type)
trainer.nash_md_config
 +0.11-0.24 NashMDConfig.__init__(dataset_num_proc)
 +0.11-0.25
  NashMDConfig.__init__(beta,disable_dropout,learning_rate,loss_type,max_new_tokens,missing_eos_penalty)
  NashMDConfig.__init__(mixture_coef,reward_model_path,temperature) OnlineDPOConfig
 +0.11-0.28 .
 +0.12-0.25 NashMDConfig.__init__(judge)
 +0.14-0.25 NashMDConfig.__init__(ds3_gather_for_generation,max_length,use_vllm)
 +0.17-0.24 NashMDConfig.__init__(gpu_memory_utilization)
 +0.19-0.25 NashMDConfig.__init__(bf16,logging_steps)
 +0.20-0.25 NashMDConfig.__init__(model_init_kwargs)
 +0.21-0.25 NashMDConfig.__init__(vllm_model_impl)
 +0.22-0.25 NashMDConfig.__init__(gradient_checkpointing)
 +0.23-0.25
  NashMDConfig.__init__(cache_implementation,generation_kwargs,min_p,repetition_penalty,reward_weights,top_k)
  NashMDConfig.__init__(top_p,use_transformers_paged,vllm_gpu_memory_utilization,vllm_guided_decoding_regex,vllm_mode,vllm_server_base_url)
  NashMDConfig.__init__(vllm_server_host,vllm_server_port,vllm_server_timeout,vllm_tensor_parallel_size)
 +0.25-0.25 NashMDConfig.__init__(lr_scheduler_kwargs)
 +0.26-0.28 _NashMDConfig suppress_experimental_warning
trainer.nash_md_trainer
 +0.11-0.11 NashMDTrainer._compute_losses(mixture_data_scores,model_data_scores)
  NashMDTrainer.push_to_hub
 +0.11-0.12+0.26-0.28 NashMDTrainer.__init__(tokenizer)
 +0.11-0.22 NashMDTrainer.reward_model
 +0.11-0.24+0.26-0.28 NashMDTrainer.__init__(reward_model)
 +0.11-0.25 GeometricMixtureWrapper NashMDConfig OnlineDPOTrainer empty_cache get_reward
  truncate_right unwrap_model_for_generation
  NashMDTrainer._beta,_compute_logprobs,_compute_losses,_compute_rewards,_eval_dataloaders,_generate_completions
  NashMDTrainer._globalstep_last_logged,_log_statistics,_maybe_log_save_evaluate,_mixture_coef,_process_completions,_tag_names
  NashMDTrainer._total_loss_scalar,beta,control,generation_config,get_eval_dataloader,get_train_dataloader
  NashMDTrainer.judge,mixture_coef,ref_model,stats,tokenize_row,training_step
 +0.11-0.28 .
  NashMDTrainer.__init__(args,callbacks,compute_metrics,data_collator,eval_dataset,model)
  NashMDTrainer.__init__(optimizers,peft_config,preprocess_logits_for_metrics,ref_model,train_dataset)
 +0.12-0.12+0.26-0.28 NashMDTrainer.__init__(True)
 +0.12-0.18 NashMDTrainer._determine_best_metric
 +0.12-0.22 NashMDTrainer.reward_processing_class
 +0.12-0.23 NashMDTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
 +0.12-0.25 BasePairwiseJudge SIMPLE_CHAT_TEMPLATE is_conversational maybe_apply_chat_template
  NashMDTrainer._compute_judge,create_model_card NashMDTrainer._compute_losses(probability)
  NashMDTrainer._log_statistics(probability) NashMDTrainer.training_step(num_items_in_batch)
 +0.12-0.28 NashMDTrainer.__init__(judge,processing_class)
 +0.13-0.23 get_comet_experiment_url
 +0.14-0.25 NashMDTrainer._forward,_generate,_generate_vllm,llm,max_length
 +0.15-0.25 selective_log_softmax
 +0.17-0.25 NashMDTrainer.is_encoder_decoder
 +0.19-0.25 NashMDTrainer._save_checkpoint
 +0.23-0.25
  NashMDTrainer._calculate_rewards_from_functions,_enable_gradient_checkpointing,_fix_param_name_to_vllm,_generate_vllm_colocate,_generate_vllm_server,_last_loaded_step
  NashMDTrainer._move_model_to_vllm,_sync_fsdp1_params_to_vllm,_sync_fsdp2_params_to_vllm,eos_token_id,guided_decoding_regex,image_token
  NashMDTrainer.image_token_id,is_vision_model,min_p,num_generations,pad_token,pad_token_id
  NashMDTrainer.process_vision_row,repetition_penalty,reward_func_names,reward_funcs,reward_processing_classes,reward_weights
  NashMDTrainer.temperature,top_k,top_p,use_transformers_paged,use_vllm,vision_end_token_id
  NashMDTrainer.vision_start_token_id,vllm_client,vllm_gpu_memory_utilization,vllm_mode,vllm_model_impl,vllm_tensor_parallel_size
 +0.23-0.28 NashMDTrainer.__init__(reward_funcs)
 +0.24-0.25 NashMDTrainer._name,_paper,_template_file
 +0.26-0.28 _NashMDTrainer suppress_experimental_warning
trainer.online_dpo_config
 +0.10-0.24 OnlineDPOConfig.__init__(dataset_num_proc)
 +0.10-0.25
  OnlineDPOConfig.__init__(beta,loss_type,max_new_tokens,missing_eos_penalty,reward_model_path,temperature)
 +0.10-0.28 .
 +0.11-0.25 OnlineDPOConfig.__init__(disable_dropout,learning_rate)
 +0.12-0.25 OnlineDPOConfig.__init__(judge)
 +0.14-0.25 OnlineDPOConfig.__init__(ds3_gather_for_generation,max_length,use_vllm)
 +0.17-0.24 OnlineDPOConfig.__init__(gpu_memory_utilization)
 +0.19-0.25 OnlineDPOConfig.__init__(bf16,logging_steps)
 +0.20-0.25 OnlineDPOConfig.__init__(model_init_kwargs)
 +0.21-0.25 OnlineDPOConfig.__init__(vllm_model_impl)
 +0.22-0.25 OnlineDPOConfig.__init__(gradient_checkpointing)
 +0.23-0.25
  OnlineDPOConfig.__init__(cache_implementation,generation_kwargs,min_p,repetition_penalty,reward_weights,top_k)
  OnlineDPOConfig.__init__(top_p,use_transformers_paged,vllm_gpu_memory_utilization,vllm_guided_decoding_regex,vllm_mode,vllm_server_base_url)
  OnlineDPOConfig.__init__(vllm_server_host,vllm_server_port,vllm_server_timeout,vllm_tensor_parallel_size)
 +0.25-0.25 OnlineDPOConfig.__init__(lr_scheduler_kwargs)
 +0.26-0.28 _OnlineDPOConfig suppress_experimental_warning
trainer.online_dpo_trainer
 +0.10-0.10+0.26-0.28 OnlineDPOTrainer.__init__(model_init)
 +0.10-0.11 OnlineDPOTrainer.push_to_hub trl_sanitze_kwargs_for_tagging
 +0.10-0.13+0.26-0.28 OnlineDPOTrainer.__init__(tokenizer)
 +0.10-0.22 OnlineDPOTrainer.reward_model get_reward
 +0.10-0.24+0.26-0.28 OnlineDPOTrainer.__init__(reward_model)
 +0.10-0.25 BasePairwiseJudge DPODataCollatorWithPadding IS_SAGEMAKER_MP_POST_1_10 OnlineDPOConfig
  empty_cache prepare_deepspeed truncate_right unwrap_model_for_generation
  OnlineDPOTrainer._eval_dataloaders,_globalstep_last_logged,_maybe_log_save_evaluate,_tag_names,_total_loss_scalar,control
  OnlineDPOTrainer.get_eval_dataloader,get_train_dataloader,judge,ref_model,stats,tokenize_row
  OnlineDPOTrainer.training_step
 +0.10-0.28 .
  OnlineDPOTrainer.__init__(args,callbacks,compute_metrics,data_collator,eval_dataset,judge)
  OnlineDPOTrainer.__init__(model,optimizers,preprocess_logits_for_metrics,ref_model,train_dataset)
 +0.11-0.25 OnlineDPOTrainer._beta,beta,generation_config create_reference_model
  disable_dropout_in_model maybe_apply_chat_template
 +0.11-0.28 OnlineDPOTrainer.__init__(peft_config)
 +0.12-0.13+0.26-0.28 OnlineDPOTrainer.__init__(True)
 +0.12-0.18 OnlineDPOTrainer._determine_best_metric
 +0.12-0.22 OnlineDPOTrainer.reward_processing_class
 +0.12-0.23 OnlineDPOTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
 +0.12-0.24+0.26-0.28 OnlineDPOTrainer.__init__(reward_processing_class)
 +0.12-0.25 OnlineDPOTrainer.create_model_card OnlineDPOTrainer.training_step(num_items_in_batch)
  SIMPLE_CHAT_TEMPLATE apply_chat_template is_conversational
 +0.12-0.28 OnlineDPOTrainer.__init__(processing_class)
 +0.13-0.23 get_comet_experiment_url
 +0.13-0.25 OnlineDPOTrainer._maybe_log_save_evaluate(start_time)
 +0.14-0.22 OnlineDPOTrainer._generate_vllm(model)
 +0.14-0.25 OnlineDPOTrainer._forward,_generate,_generate_vllm,llm,max_length is_vllm_available
 +0.16-0.25 OnlineDPOTrainer._maybe_log_save_evaluate(learning_rate)
 +0.17-0.25 OnlineDPOTrainer.is_encoder_decoder
 +0.19-0.25 OnlineDPOTrainer._save_checkpoint
 +0.22-0.25 prepare_peft_model
 +0.23-0.25
  OnlineDPOTrainer._calculate_rewards_from_functions,_enable_gradient_checkpointing,_fix_param_name_to_vllm,_generate_vllm_colocate,_generate_vllm_server,_last_loaded_step
  OnlineDPOTrainer._move_model_to_vllm,_sync_fsdp1_params_to_vllm,_sync_fsdp2_params_to_vllm,eos_token_id,guided_decoding_regex,image_token
  OnlineDPOTrainer.image_token_id,is_vision_model,min_p,num_generations,pad_token,pad_token_id
  OnlineDPOTrainer.process_vision_row,repetition_penalty,reward_func_names,reward_funcs,reward_processing_classes,reward_weights
  OnlineDPOTrainer.temperature,top_k,top_p,use_transformers_paged,use_vllm,vision_end_token_id
  OnlineDPOTrainer.vision_start_token_id,vllm_client,vllm_gpu_memory_utilization,vllm_mode,vllm_model_impl,vllm_tensor_parallel_size
  OnlineDPOTrainer._forward(vision_inputs) OnlineDPOTrainer._generate(images)
  OnlineDPOTrainer._generate_vllm(images) RewardFunc VLLMClient pad profiling_context
 +0.23-0.28 OnlineDPOTrainer.__init__(reward_funcs,reward_processing_classes)
 +0.24-0.25 BaseTrainer ensure_master_addr_port prepare_fsdp
  OnlineDPOTrainer._name,_paper,_template_file
 +0.25-0.25 get_config_model_id
 +0.26-0.28 _OnlineDPOTrainer suppress_experimental_warning
trainer.orpo_config
 +0.12-0.25 ORPOConfig.__init__(learning_rate)
 +0.19-0.25 ORPOConfig._VALID_DICT_FIELDS ORPOConfig.__init__(bf16,logging_steps)
 +0.22-0.25 ORPOConfig.__init__(gradient_checkpointing)
 +0.25-0.25 ORPOConfig.__init__(lr_scheduler_kwargs)
 +0.26-0.28 _ORPOConfig suppress_experimental_warning
 +0.8-0.25
  ORPOConfig.__init__(beta,dataset_num_proc,disable_dropout,generate_during_eval,is_encoder_decoder,label_pad_token_id)
  ORPOConfig.__init__(max_completion_length,max_length,max_prompt_length,model_init_kwargs,padding_value,truncation_mode)
 +0.8-0.28 .
trainer.orpo_trainer
 +0.10-0.25 add_bos_token_if_needed add_eos_token_if_needed
 +0.12-0.14+0.26-0.28 ORPOTrainer.__init__(True)
 +0.12-0.23 ORPOTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
 +0.12-0.25 ORPOTrainer.aux_loss_coef,create_model_card,generate_from_model,processing_class
  ORPOTrainer.compute_loss(num_items_in_batch) maybe_apply_chat_template maybe_extract_prompt
 +0.12-0.28 ORPOTrainer.__init__(processing_class)
 +0.13-0.23 get_comet_experiment_url
 +0.13-0.25 ORPOTrainer.log(start_time)
 +0.14-0.25 log_table_to_comet_experiment
 +0.15-0.25 selective_log_softmax
 +0.19-0.25 ORPOTrainer._save_checkpoint
 +0.20-0.25 ORPOTrainer.model_accepts_loss_kwargs
 +0.24-0.25 BaseTrainer ORPOTrainer._name,_paper,_template_file
 +0.26-0.28 _ORPOTrainer suppress_experimental_warning
 +0.8-0.10 is_peft_available is_wandb_available
 +0.8-0.11 ORPOTrainer.get_batch_samples,push_to_hub,tokenizer trl_sanitze_kwargs_for_tagging
 +0.8-0.14+0.26-0.28 ORPOTrainer.__init__(tokenizer)
 +0.8-0.17 ORPOTrainer._prepare_deepspeed PreTrainedModelWrapper
 +0.8-0.25 DPODataCollatorWithPadding ORPOConfig disable_dropout_in_model pad_to_length
  peft_module_casting_to_bf16
  ORPOTrainer._peft_has_been_casted_to_bf16,_shift_right,_stored_metrics,_tag_names,beta,build_tokenized_answer
  ORPOTrainer.compute_loss,concatenated_forward,concatenated_inputs,decoder_start_token_id,evaluation_loop,generate_during_eval
  ORPOTrainer.get_batch_logps,get_batch_loss_metrics,is_encoder_decoder,label_pad_token_id,log,max_completion_length
  ORPOTrainer.max_length,max_prompt_length,odds_ratio_loss,pad_token_id,padding_value,prediction_step
  ORPOTrainer.store_metrics,tokenize_row,truncation_mode,use_dpo_data_collator
 +0.8-0.28 . ORPOTrainer.__init__(args,callbacks,compute_metrics,data_collator,eval_dataset,model)
  ORPOTrainer.__init__(model_init,optimizers,peft_config,preprocess_logits_for_metrics,train_dataset)
 +0.9-0.25 ORPOTrainer.aux_loss_enabled
trainer.ppo_config
 +0.10-0.25 PPOConfig.__init__(dataset_num_proc)
 +0.12-0.25 OnPolicyConfig
  PPOConfig.__init__(kl_coef,local_batch_size,local_mini_batch_size,local_rollout_forward_batch_size,micro_batch_size,missing_eos_penalty)
  PPOConfig.__init__(num_mini_batches,num_ppo_epochs,num_sample_generations,num_total_batches,push_to_hub,response_length)
  PPOConfig.__init__(reward_model_path,run_name,sft_model_path,stop_token,stop_token_id,temperature)
  PPOConfig.__init__(total_episodes)
 +0.13-0.25 PPOConfig.__init__(model_adapter_name,ref_adapter_name)
 +0.14-0.25 PPOConfig.__init__(ds3_gather_for_generation)
 +0.17-0.25 PPOConfig.__init__(kl_estimator)
 +0.19-0.25 PPOConfig.__init__(bf16,logging_steps)
 +0.25-0.25 PPOConfig.__init__(lr_scheduler_kwargs)
 +0.26-0.28 _PPOConfig suppress_experimental_warning
 +0.5-0.11 PPOConfig.__init__(backward_batch_size)
 +0.6-0.11 PPOConfig.__init__(score_clip,use_score_norm,use_score_scaling) exact_div
 +0.7-0.10 is_wandb_available
 +0.7-0.11 JSONDict
  PPOConfig.__init__(global_backward_batch_size,global_batch_size,is_encoder_decoder,is_peft_model,optimize_device_cache,query_dataset)
  PPOConfig.__init__(reward_model)
 +0.7-0.25 PPOConfig.__init__(exp_name,whiten_rewards,world_size)
 +0.9-0.11+0.22-0.25 PPOConfig.__init__(gradient_checkpointing)
 -0.11
  PPOConfig.__init__(accelerator_kwargs,adap_kl_ctrl,compare_steps,early_stopping,forward_batch_size,gradient_accumulation_steps)
  PPOConfig.__init__(horizon,init_kl_coef,kl_penalty,learning_rate,log_with,max_grad_norm)
  PPOConfig.__init__(model_name,optimize_cuda_cache,ppo_epochs,project_kwargs,push_to_hub_if_best_kwargs,ratio_threshold)
  PPOConfig.__init__(remove_unused_columns,seed,steps,target,target_kl,task_name)
  PPOConfig.__init__(tracker_kwargs,tracker_project_name) PPOConfig.to_dict,total_ppo_epochs
  flatten_dict
 -0.25 PPOConfig.__init__(batch_size,cliprange,cliprange_value,gamma,lam,mini_batch_size)
  PPOConfig.__init__(vf_coef)
 -0.28 .
 -0.6 autotag
trainer.ppo_trainer
 +0.12-0.12 PPOTrainer.policy,ref_policy
 +0.12-0.14+0.26-0.28 PPOTrainer.__init__(True,policy,ref_policy)
 +0.12-0.23 PPOTrainer.create_model_card(dataset_name,tags) generate_model_card
 +0.12-0.25 INVALID_LOGPROB OnlineTrainerState PolicyAndValueWrapper batch_generation
  disable_dropout_in_model exact_div first_true_indices forward get_reward prepare_deepspeed
  print_rich_table truncate_response
  PPOTrainer.args,callback_handler,callbacks,control,current_flos,deepspeed
  PPOTrainer.eval_dataloader,eval_dataset,generate_completions,get_eval_dataloader,get_train_dataloader,hp_search_backend
  PPOTrainer.hub_model_id,is_deepspeed_enabled,is_fsdp_enabled,local_dataloader_batch_size,local_seed,model_wrapped
  PPOTrainer.optimizer_cls_and_kwargs,processing_class,reward_model,sample_generations_freq,save_model,state
  PPOTrainer.train,train_dataset,train_dataset_len,value_model
 +0.12-0.28
  PPOTrainer.__init__(callbacks,eval_dataset,optimizers,processing_class,reward_model,train_dataset)
  PPOTrainer.__init__(value_model)
 +0.13-0.23 get_comet_experiment_url
 +0.13-0.25 PPOTrainer.model_adapter_name,null_ref_context,policy_model,ref_adapter_name
  log_table_to_comet_experiment peft_module_casting_to_bf16
 +0.13-0.28 PPOTrainer.__init__(args,peft_config)
 +0.14-0.25 PPOTrainer.stop_token_id
 +0.15-0.25 selective_log_softmax
 +0.18-0.25 empty_cache
 +0.19-0.25 PPOTrainer._save_checkpoint
 +0.24-0.25 PPOTrainer._name,_paper,_template_file
 +0.26-0.28 _PPOTrainer suppress_experimental_warning
 +0.5-0.11 PPOTrainer.compute_advantages,model_params PPOTrainer.loss(advantages,returns)
  PPOTrainer.train_minibatch(advantages,returns)
 +0.6-0.11 PPOTrainer.running RunningMoments
 +0.7-0.10 is_npu_available is_xpu_available
 +0.7-0.11 PPOTrainer._prepare_deepspeed,_show_tokens,is_using_text_environment,optional_peft_ctx
  PPOTrainer._step_safety_checker(masks) PPOTrainer.batched_forward_pass(response_masks)
  PPOTrainer.log_stats(columns_to_log) PPOTrainer.step(response_masks)
 +0.7-0.25 PPOTrainer._tag_names
 +0.8-0.25 unwrap_model_for_generation
 +0.9-0.11+0.26-0.28 PPOTrainer.__init__(training_data_collator)
 -0.11 AdaptiveKLController FixedKLController MODEL_CARD_TEMPLATE PPODecorators
  PreTrainedModelWrapper SUPPORTED_ARCHITECTURES WANDB_PADDING clip_by_value convert_to_scalar
  entropy_from_logits flatten_dict is_torch_greater_2_0 logprobs_from_logits set_seed stack_dicts
  stats_to_np
  PPOTrainer._early_stop,_filter_kwargs,_generate_batched,_kl_penalty,_remove_unused_columns,_save_pretrained
  PPOTrainer._set_signature_columns_if_needed,_signature_columns,_step_safety_checker,batched_forward_pass,compare_step,compute_rewards
  PPOTrainer.config,current_device,current_step,dataset,gather_stats,generate
  PPOTrainer.highest_reward,is_distributed,is_encoder_decoder,kl_ctl,log_stats,loss
  PPOTrainer.prepare_dataloader,prepare_model_inputs,push_to_hub_kwargs,record_step_stats,step,tokenizer
  PPOTrainer.train_minibatch PPOTrainer.create_model_card(path)
 -0.11+0.13-0.25 PPOTrainer.is_peft_model,ref_model create_reference_model
 -0.11+0.13-0.28 PPOTrainer.__init__(model,ref_model)
 -0.11+0.24-0.25 BaseTrainer
 -0.11+0.25-0.25 masked_var
 -0.11+0.26-0.28 PPOTrainer.__init__(dataset,lr_scheduler,num_shared_layers,optimizer)
 -0.14+0.26-0.28 PPOTrainer.__init__(config,tokenizer)
 -0.23 PPOTrainer.create_model_card(model_name)
 -0.25 PPOConfig masked_mean masked_whiten
  PPOTrainer.accelerator,create_model_card,data_collator,dataloader,lr_scheduler,model
  PPOTrainer.optimizer
 -0.28 . PPOTrainer.__init__(data_collator)
 -0.4 PPOTrainer.loss(rewards) PPOTrainer.train_minibatch(rewards)
trainer.ppov2_config
 +0.10-0.11 OnPolicyConfig
 +0.11-0.12
  PPOv2Config.__init__(batch_size,cliprange,cliprange_value,dataset_num_proc,exp_name,gamma)
  PPOv2Config.__init__(kl_coef,lam,local_batch_size,local_mini_batch_size,local_rollout_forward_batch_size,micro_batch_size)
  PPOv2Config.__init__(mini_batch_size,missing_eos_penalty,num_mini_batches,num_ppo_epochs,num_sample_generations,num_total_batches)
  PPOv2Config.__init__(response_length,reward_model_path,run_name,sft_model_path,stop_token,stop_token_id)
  PPOv2Config.__init__(temperature,total_episodes,vf_coef,whiten_rewards,world_size)
 +0.12-0.12 PPOConfig
 +0.9-0.12 .
 +0.9-0.9 OnpolicyRuntimeConfig
trainer.ppov2_trainer
 +0.10-0.11 OnlineTrainerState batch_generation trl_sanitze_kwargs_for_tagging
 +0.11-0.11 PPOv2Trainer.generate_completions(sampling) PPOv2Trainer.push_to_hub,tokenizer
  PPOv2Trainer.save_model(_internal_call,output_dir)
 +0.11-0.12 PPOv2Trainer.__init__(callbacks,config,data_collator,eval_dataset,optimizers,policy)
  PPOv2Trainer.__init__(ref_policy,reward_model,tokenizer,train_dataset,value_model)
  PPOv2Trainer._tag_names,accelerator,args,callback_handler,control,current_flos
  PPOv2Trainer.dataloader,deepspeed,eval_dataloader,generate_completions,get_eval_dataloader,get_train_dataloader
  PPOv2Trainer.hp_search_backend,hub_model_id,is_deepspeed_enabled,is_fsdp_enabled,local_dataloader_batch_size,local_seed
  PPOv2Trainer.lr_scheduler,model,model_wrapped,optimizer,sample_generations_freq,save_model
  PPOv2Trainer.state,train,train_dataset_len
 +0.12-0.12 PPOTrainer PPOv2Trainer.create_model_card
 +0.9-0.11 INVALID_LOGPROB PPOv2Config PolicyAndValueWrapper disable_dropout_in_model exact_div
  first_true_indices forward get_reward masked_mean masked_whiten prepare_deepspeed
  print_rich_table truncate_response unwrap_model_for_generation
 +0.9-0.12 .
 +0.9-0.9 generate
trainer.prm_config
 +0.13-0.25
  PRMConfig.__init__(dataset_num_proc,learning_rate,max_completion_length,max_length,step_separator,train_on_last_step_only)
 +0.13-0.28 .
 +0.14-0.25 PRMConfig.__init__(disable_dropout,max_prompt_length)
 +0.19-0.22 PRMConfig.__init__(average_tokens_across_devices)
 +0.19-0.25 PRMConfig.__init__(bf16,logging_steps)
 +0.22-0.25 PRMConfig.__init__(gradient_checkpointing)
 +0.25-0.25 PRMConfig.__init__(lr_scheduler_kwargs)
 +0.26-0.28 _PRMConfig suppress_experimental_warning
trainer.prm_trainer
 +0.13-0.23 PRMTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
 +0.13-0.25 PRMConfig compute_accuracy PRMTrainer._tag_names,create_model_card,tokenize_row
 +0.13-0.28 . PRMTrainer.__init__(args,callbacks,compute_metrics,data_collator,eval_dataset,model)
  PRMTrainer.__init__(model_init,optimizers,peft_config,preprocess_logits_for_metrics,processing_class,train_dataset)
 +0.14-0.25 PRMTrainer.tokenize_row(max_prompt_length) disable_dropout_in_model
 +0.19-0.25 PRMTrainer._save_checkpoint
 +0.22-0.25 prepare_peft_model
 +0.24-0.25 BaseTrainer PRMTrainer._name,_paper,_template_file
 +0.26-0.28 _PRMTrainer suppress_experimental_warning
trainer.reward_config
 +0.10 RewardConfig.__init__(center_rewards_coefficient,dataset_num_proc)
 +0.12-0.23 RewardConfig.__init__(remove_unused_columns)
 +0.14 RewardConfig.__init__(disable_dropout)
 +0.19 RewardConfig.__init__(bf16,logging_steps)
 +0.19-0.22 RewardConfig.__init__(average_tokens_across_devices)
 +0.22 RewardConfig.__init__(gradient_checkpointing)
 +0.24 RewardConfig._VALID_DICT_FIELDS
  RewardConfig.__init__(activation_offloading,chat_template_path,eos_token,learning_rate,model_init_kwargs,pad_to_multiple_of)
  RewardConfig.__init__(pad_token)
 +0.25 RewardConfig.__init__(lr_scheduler_kwargs)
 +0.27-0.27 RewardConfig.gradient_checkpointing_kwargs
 +0.29 RewardConfig.__init__(torch_empty_cache_steps,use_liger_kernel)
 +0.29-0.29 BaseConfig
 +0.7 . RewardConfig.__init__(max_length)
 +1.0 _BaseConfig
 +1.7 RewardConfig.__init__(trust_remote_code)
trainer.reward_trainer
 +0.10-0.11 RewardTrainer.push_to_hub trl_sanitze_kwargs_for_tagging
 +0.11-0.23 decode_and_strip_padding
 +0.12 RewardTrainer.__init__(processing_class) RewardTrainer.compute_loss(num_items_in_batch)
  RewardTrainer.create_model_card
 +0.12-0.14 RewardTrainer.__init__(True)
 +0.12-0.23 RewardTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
  maybe_apply_chat_template
 +0.12-0.23+1.8 _tokenize
 +0.13-0.23 get_comet_experiment_url log_table_to_comet_experiment
 +0.14 disable_dropout_in_model
 +0.19 RewardTrainer._save_checkpoint
 +0.22-0.25 prepare_peft_model
 +0.24 DataCollatorForPreference clone_chat_template get_act_offloading_ctx_manager
  is_conversational pad RewardTrainer.__init__(optimizer_cls_and_kwargs)
  RewardTrainer._metrics,_name,_paper,_prepare_dataset,_set_signature_columns_if_needed,_signature_columns
  RewardTrainer._template_file,_total_train_tokens,can_return_loss,label_names,log,maybe_activation_offload_context
  RewardTrainer.training_step
 +0.24-0.29 BaseTrainer remove_none_values suppress_from_pretrained_warning
 +0.24-1.6 RewardTrainer.aux_loss_enabled
 +0.25 get_config_model_id
 +0.26 create_model_from_path
 +0.27 get_dataset_column_names
 +0.29 suppress_seqcls_warning
 +0.29-0.29 ignore_seqcls_score_missing_key
 +0.7 RewardConfig RewardTrainer._tag_names
 +0.9-0.23 RewardTrainer.visualize_samples print_rich_table
 +0.9-0.23+1.7 RewardTrainer.evaluate
 +1.0 _BaseTrainer _ignore_seqcls_cross_arch_keys _suppress_seqcls_cross_arch_keys
 +1.13 RewardTrainer._tp_size
 +1.14 global_then_local_main_first
 +1.15 RewardTrainer.compute_loss_func,loss_is_scaled_for_ga
 +1.4 RewardTrainer.model_accepts_loss_kwargs
 +1.5 RewardTrainer._send_telemetry
 +1.7-1.7 RewardTrainer._tokenize
 +1.8 RewardTrainer.__init__(quantization_config)
 -0.10 is_peft_available
 -0.13 RewardTrainer.__init__(max_length)
 -0.14 RewardTrainer.__init__(tokenizer)
 -0.23 RewardDataCollatorWithPadding compute_accuracy RewardTrainer.__init__(model_init)
  RewardTrainer.prediction_step,use_reward_data_collator
 -0.6 PeftSavingCallback
trainer.rloo_config
 +0.10-0.21 OnPolicyConfig
 +0.11 RLOOConfig.__init__(temperature)
 +0.11-0.21
  RLOOConfig.__init__(batch_size,local_batch_size,local_mini_batch_size,micro_batch_size,mini_batch_size,num_total_batches)
  RLOOConfig.__init__(reward_model_path,run_name,sft_model_path,whiten_rewards,world_size)
 +0.11-0.24
  RLOOConfig.__init__(cliprange,dataset_num_proc,exp_name,kl_coef,local_rollout_forward_batch_size,missing_eos_penalty)
  RLOOConfig.__init__(num_mini_batches,num_ppo_epochs,num_sample_generations,response_length,rloo_k,stop_token)
  RLOOConfig.__init__(stop_token_id,total_episodes)
 +0.12-0.21 RLOOConfig.__init__(push_to_hub)
 +0.14 RLOOConfig.__init__(ds3_gather_for_generation,reward_clip_range)
 +0.14-0.21 RLOOConfig.__init__(normalize_advantage)
 +0.14-0.24 RLOOConfig.__init__(normalize_reward,token_level_kl)
 +0.19 RLOOConfig.__init__(bf16,logging_steps)
 +0.22 RLOOConfig._VALID_DICT_FIELDS
  RLOOConfig.__init__(beta,cache_implementation,disable_dropout,epsilon,epsilon_high,generation_batch_size)
  RLOOConfig.__init__(generation_kwargs,gradient_checkpointing,learning_rate,log_completions,mask_truncated_completions,max_completion_length)
  RLOOConfig.__init__(min_p,model_init_kwargs,normalize_advantages,num_completions_to_print,num_generations,num_iterations)
  RLOOConfig.__init__(ref_model_mixup_alpha,ref_model_sync_steps,remove_unused_columns,repetition_penalty,reward_weights,shuffle_dataset)
  RLOOConfig.__init__(steps_per_generation,sync_ref_model,top_k,top_p,use_transformers_paged,use_vllm)
  RLOOConfig.__init__(vllm_gpu_memory_utilization,vllm_mode,vllm_model_impl,vllm_server_base_url,vllm_server_host,vllm_server_port)
  RLOOConfig.__init__(vllm_server_timeout,vllm_tensor_parallel_size)
 +0.22-0.26 RLOOConfig.__init__(wandb_log_unique_prompts)
 +0.22-0.27 RLOOConfig.__init__(vllm_guided_decoding_regex)
 +0.22-0.28 RLOOConfig.__init__(max_prompt_length)
 +0.24 RLOOConfig.__init__(vllm_enable_sleep_mode)
 +0.25 RLOOConfig.__init__(chat_template_kwargs,lr_scheduler_kwargs)
 +0.26 RLOOConfig.__init__(log_unique_prompts,num_generations_eval)
 +0.27 RLOOConfig.__init__(vllm_group_port,vllm_max_model_length,vllm_structured_outputs_regex)
 +0.27-0.27 RLOOConfig.gradient_checkpointing_kwargs
 +0.29 RLOOConfig.__init__(torch_empty_cache_steps,use_liger_kernel)
 +0.29-0.29 BaseConfig
 +0.9 .
 +0.9-0.9 INVALID_LOGPROB OnpolicyRuntimeConfig
 +1.0 RLOOConfig.__init__(pad_to_multiple_of) _BaseConfig
 +1.7
  RLOOConfig.__init__(router_aux_loss_coef,transformers_continuous_batching_config,trust_remote_code,use_transformers_continuous_batching)
 +1.9 RLOOConfig.__init__(log_multimodal)
trainer.rloo_trainer
 +0.10-0.11 trl_sanitze_kwargs_for_tagging
 +0.10-0.21 OnlineTrainerState batch_generation
 +0.11 RLOOTrainer.__init__(callbacks,eval_dataset,optimizers,train_dataset)
  RLOOTrainer._tag_names,get_train_dataloader
 +0.11-0.11 RLOOTrainer.push_to_hub,tokenizer
 +0.11-0.13 RLOOTrainer.__init__(tokenizer)
 +0.11-0.21 RLOOTrainer.accelerator,args,backup_model,callback_handler,callbacks,control
  RLOOTrainer.current_flos,data_collator,dataloader,deepspeed,eval_dataloader,eval_dataset
  RLOOTrainer.generate_completions,hp_search_backend,hub_model_id,is_deepspeed_enabled,is_fsdp_enabled,local_dataloader_batch_size
  RLOOTrainer.local_seed,lr_scheduler,model,model_wrapped,optimizer,policy
  RLOOTrainer.ref_policy,reward_model,sample_generations_freq,state,train,train_dataset
  RLOOTrainer.train_dataset_len
 +0.11-0.21+1.9 RLOOTrainer.get_eval_dataloader
 +0.11-0.24 RLOOTrainer.__init__(config,data_collator,policy,ref_policy,reward_model)
 +0.12 RLOOTrainer.__init__(processing_class) RLOOTrainer.create_model_card
 +0.12-0.13 RLOOTrainer.__init__(True)
 +0.12-0.21 RLOOTrainer.optimizer_cls_and_kwargs,processing_class
 +0.12-0.23 RLOOTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
 +0.13-0.21 log_table_to_comet_experiment
 +0.13-0.23 get_comet_experiment_url
 +0.15-1.14 selective_log_softmax
 +0.18-0.21 empty_cache
 +0.19 RLOOTrainer._save_checkpoint
 +0.22 RLOOTrainer.__init__(args,model,peft_config,reward_funcs,reward_processing_classes)
  RLOOTrainer._buffered_inputs,_calculate_rewards,_compute_loss,_generate_and_score_completions,_get_eval_sampler,_get_per_token_logps_and_entropies
  RLOOTrainer._get_train_sampler,_last_loaded_step,_logs,_metrics,_prepare_inputs,_set_signature_columns_if_needed
  RLOOTrainer._signature_columns,_step,_total_train_tokens,beta,compute_loss,epsilon_high
  RLOOTrainer.epsilon_low,generation_config,log,log_completions,mask_truncated_completions,max_completion_length
  RLOOTrainer.min_p,model_accepts_loss_kwargs,normalize_advantages,num_completions_to_print,num_generations,num_iterations
  RLOOTrainer.prediction_step,ref_model,repetition_penalty,reward_clip_range,reward_func_names,reward_weights
  RLOOTrainer.shuffle_dataset,temperature,top_k,top_p,use_vllm,vllm_gpu_memory_utilization
  RLOOTrainer.vllm_mode,vllm_tensor_parallel_size RepeatSampler RewardFunc SyncRefModelCallback
  apply_chat_template identity is_conversational nanmax nanmin nanstd pad prepare_fsdp
  print_prompt_completions_sample profiling_context profiling_decorator shuffle_sequence_dict
  split_pixel_values_by_grid split_tensor_dict unsplit_pixel_values_by_grid
 +0.22-0.23 truncate_with_protected_tokens
 +0.22-0.24 maybe_apply_chat_template
 +0.22-0.25 RLOOTrainer.wandb_log_unique_prompts
 +0.22-0.26 RLOOTrainer.guided_decoding_regex,max_prompt_length prepare_peft_model
 +0.22-0.27
  RLOOTrainer._fix_param_name_to_vllm,_move_model_to_vllm,_sync_fsdp1_params_to_vllm,_sync_fsdp2_params_to_vllm,llm,tp_group
  RLOOTrainer.vllm_client VLLMClient is_vllm_available
 +0.22-1.0 RLOOTrainer.pad_token
 +0.22-1.13 entropy_from_logits
 +0.22-1.14 RLOOTrainer.model_kwarg_keys
 +0.22-1.2 RLOOTrainer.eos_token_id,pad_token_id
 +0.22-1.6 RLOOTrainer.use_transformers_paged
 +0.24 RLOOTrainer._generate,_generate_single_turn,_name,_paper,_template_file
  RLOOTrainer._get_per_token_logps_and_entropies(image_grid_thw,image_sizes,num_images,pixel_attention_mask,pixel_values,token_type_ids)
  prepare_multimodal_messages
 +0.24-0.24 RLOOTrainer._generate(images)
 +0.24-0.24+0.29 RLOOTrainer._generate_single_turn(images)
 +0.24-0.27 ensure_master_addr_port
 +0.24-0.28 RLOOTrainer._generate_single_turn(prompts)
 +0.24-0.29 BaseTrainer
 +0.25 RLOOTrainer.chat_template_kwargs get_config_model_id
 +0.25-0.27 prepare_multimodal_messages_vllm
 +0.26
  RLOOTrainer._current_train_step_time,generation_kwargs,log_unique_prompts,num_generations_eval,training_step
  disable_gradient_checkpointing
 +0.27 create_model_from_path shutdown_event_loop_in_daemon start_event_loop_in_daemon use_adapter
 +0.27-0.27 RLOOTrainer.structured_outputs_regex
 +0.27-1.2
  RLOOTrainer._has_async_reward_funcs,async_reward_loop,async_reward_loop_ready_event,async_reward_loop_thread
 +0.28 RLOOTrainer.vllm_generation VLLMGeneration
 +0.29 RLOOTrainer._generate_single_turn(multimodal_fields,prompt_ids)
  RLOOTrainer._get_per_token_logps_and_entropies(mm_token_type_ids) RLOOTrainer._tokenize_prompts
 +0.9 .
 +0.9-0.21 INVALID_LOGPROB exact_div first_true_indices forward get_reward print_rich_table
  truncate_response
 +0.9-0.9 generate
 +1.0
  RLOOTrainer._log_completion_extra,_log_metric,_pending_extra_logs,_pending_metrics,pad_to_multiple_of
  _BaseTrainer
 +1.0-1.0 RLOOTrainer._get_per_token_logps_and_entropies(pixel_position_ids)
 +1.1 RLOOTrainer._get_per_token_logps_and_entropies(image_position_ids)
 +1.14 RLOOTrainer.eos_token_ids is_async_callable
 +1.14-1.14 selective_log_softmax_and_entropy
 +1.15 RLOOTrainer.compute_loss_func,loss_is_scaled_for_ga add_fused_lm_head
  strip_images_from_messages
 +1.16 RLOOTrainer._is_vlm
 +1.3 RLOOTrainer._has_async_funcs,_tokenizer,async_loop,async_loop_ready_event,async_loop_thread
 +1.5 RLOOTrainer._send_telemetry
 +1.6 DistributedBackend RLOOTrainer._dist
 +1.7 RLOOTrainer._get_per_token_logps_and_entropies(compute_aux_loss,num_tiles,spatial_shapes)
  RLOOTrainer.aux_loss_enabled,continuous_batching_config,router_aux_loss_coef,use_transformers_continuous_batching
 +1.8 RLOOTrainer.__init__(quantization_config)
 +1.9 RLOOTrainer.get_eval_dataloader(eval_dataset) RLOOTrainer.log_multimodal get_callable_name
  repeat_iterable_dataset
trainer.sft_config
 +0.10-0.17 SFTConfig.__init__(use_liger)
 +0.12 SFTConfig.__init__(learning_rate)
 +0.16 SFTConfig.__init__(max_length,pad_token,padding_free)
 +0.16-0.17+0.29 SFTConfig.use_liger_kernel
 +0.17 SFTConfig.__init__(completion_only_loss,eos_token)
 +0.18 SFTConfig.__init__(activation_offloading,pad_to_multiple_of)
 +0.19 SFTConfig._VALID_DICT_FIELDS
  SFTConfig.__init__(assistant_only_loss,bf16,chat_template_path,logging_steps,packing_strategy)
 +0.19-0.22 SFTConfig.__init__(average_tokens_across_devices)
 +0.22 SFTConfig.__init__(gradient_checkpointing)
 +0.23 SFTConfig.__init__(loss_type)
 +0.25 SFTConfig.__init__(lr_scheduler_kwargs)
 +0.26 SFTConfig.__init__(shuffle_dataset)
 +0.27-0.27 SFTConfig.gradient_checkpointing_kwargs
 +0.29 SFTConfig.__init__(torch_empty_cache_steps,use_liger_kernel)
 +0.29-0.29 BaseConfig
 +0.9 .
  SFTConfig.__init__(dataset_kwargs,dataset_num_proc,dataset_text_field,eval_packing,model_init_kwargs,packing)
 +0.9-0.11 SFTConfig.__init__(neftune_noise_alpha)
 +0.9-0.17 SFTConfig.__init__(chars_per_token,dataset_batch_size,num_of_sequences)
 +0.9-0.19 SFTConfig.__init__(max_seq_length)
 +1.0 SFTConfig.__init__(truncation_mode) _BaseConfig
 +1.7 SFTConfig.__init__(router_aux_loss_coef,trust_remote_code)
trainer.sft_trainer
 +0.10-0.10 is_liger_available
 +0.11-0.11 is_liger_kernel_available
 +0.12 SFTTrainer.__init__(processing_class) SFTTrainer._prepare_dataset(processing_class)
  SFTTrainer.create_model_card
 +0.12-0.14 SFTTrainer._prepare_non_packed_dataloader(processing_class)
  SFTTrainer._prepare_packed_dataloader(processing_class)
 +0.12-0.15 SFTTrainer.__init__(True)
 +0.12-0.23 SFTTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
 +0.13-0.23 get_comet_experiment_url
 +0.15 SFTTrainer.__init__(compute_loss_func,optimizer_cls_and_kwargs)
  SFTTrainer._metrics,compute_loss,log SFTTrainer._prepare_dataset(args,dataset_name)
  is_conversational maybe_convert_to_chatml
 +0.15-0.15 pack_examples
 +0.15-0.16 maybe_apply_chat_template
 +0.15-0.21
  SFTTrainer._create_model_from_path,_enable_gradient_checkpointing,_prepare_model_for_kbit_training,_prepare_peft_model
 +0.16 DataCollatorForLanguageModeling pack_dataset pad SFTTrainer._total_train_tokens
 +0.16-0.29 truncate_dataset
 +0.17 SFTTrainer._set_signature_columns_if_needed,_signature_columns,completion_only_loss
 +0.17-0.18+0.22 apply_chat_template
 +0.18 SFTTrainer.maybe_activation_offload_context,training_step get_act_offloading_ctx_manager
 +0.19 SFTTrainer._save_checkpoint,padding_free clone_chat_template is_conversational_from_value
 +0.19-0.23 TListOrMapping
 +0.19-0.29 remove_none_values
 +0.22 DataCollatorForVisionLanguageModeling flush_left prepare_multimodal_messages
  SFTTrainer._is_vlm
 +0.22-0.25 prepare_peft_model
 +0.22-1.14 SFTTrainer.num_virtual_tokens entropy_from_logits
 +0.23 SFTTrainer.aux_loss_enabled get_dataset_column_names
 +0.23-1.14 dft_loss selective_log_softmax
 +0.23-1.15 FLASH_ATTENTION_VARIANTS
 +0.24 SFTTrainer._is_vision_dataset,_name,_paper,_template_file create_model_from_path
 +0.24-0.29 BaseTrainer
 +0.25 get_config_model_id
 +0.29 SFTTrainer.prediction_step
 +0.5-0.12 SFTTrainer.__init__(dataset_batch_size,dataset_num_proc)
 +0.5-0.14 SFTTrainer.dataset_batch_size,dataset_num_proc
 +0.7 SFTTrainer._tag_names
 +0.7-0.11 SFTTrainer._prepare_packed_dataloader(tokenizer)
  SFTTrainer._trainer_supports_neftune,_trl_activate_neftune,model,neftune_hook_handle,neftune_noise_alpha,push_to_hub
  SFTTrainer.train neftune_post_forward_hook trl_sanitze_kwargs_for_tagging
 +0.7-0.12 SFTTrainer.__init__(dataset_kwargs,model_init_kwargs,neftune_noise_alpha)
 +0.7-0.14
  SFTTrainer._prepare_dataset(add_special_tokens,append_concat_token,remove_unused_columns)
  SFTTrainer._prepare_non_packed_dataloader(add_special_tokens,max_seq_length,remove_unused_columns)
  SFTTrainer._prepare_packed_dataloader get_formatting_func_from_dataset
 +0.7-0.21 peft_module_casting_to_bf16
 +0.8-0.10 RichProgressCallback
 +0.8-0.12 SFTTrainer.__init__(eval_packing)
 +0.8-0.14 SFTTrainer._prepare_dataset(skip_prepare_dataset)
 +0.9 SFTConfig
 +1.0 _BaseTrainer
 +1.0-1.7 SFTTrainer._tokenize
 +1.1 SFTTrainer.chat_template get_training_chat_template
 +1.11-1.15 _is_package_version_below
 +1.13 SFTTrainer._tp_size
 +1.14 SFTTrainer.router_aux_loss_coef common_prefix_length global_then_local_main_first
 +1.15 SFTTrainer.compute_loss_func,loss_is_scaled_for_ga,model_accepts_loss_kwargs
  add_fused_lm_head enable_selective_activation_checkpointing
 +1.3 SFTTrainer._tokenizer
 +1.4-1.14 _CHUNKED_LM_HEAD_CHUNK_SIZE _ChunkedCELMHeadOutput _chunk _chunked_cross_entropy_loss
  _patch_chunked_ce_lm_head
 +1.5 SFTTrainer._send_telemetry
 +1.6 has_generation_markers is_chat_template_stop_token_trained
 +1.6-1.8 _maybe_gather_lm_head_ctx
 +1.7
  SFTTrainer._formatting_func,_reject_skip_prepare_without_labels,_skip_prepare_dataset,evaluate
 +1.8 SFTTrainer.__init__(quantization_config) _tokenize
 +1.9-1.14 maybe_gather_lm_head_ctx
 -0.10 SFTTrainer._dataset_sanity_checked is_peft_available
 -0.11 SFTTrainer._prepare_dataset(tokenizer) SFTTrainer._prepare_non_packed_dataloader(tokenizer)
 -0.12
  SFTTrainer.__init__(chars_per_token,dataset_text_field,infinite,max_seq_length,num_of_sequences,packing)
 -0.14 DataCollatorForCompletionOnlyLM SFTTrainer.__init__(model_init)
  SFTTrainer._prepare_dataset(chars_per_token,dataset_text_field,max_seq_length,num_of_sequences)
  SFTTrainer._prepare_non_packed_dataloader
 -0.15 SFTTrainer.__init__(tokenizer)
 -0.19 ConstantLengthDataset
 -0.6 PeftSavingCallback SFTTrainer._prepare_dataset(infinite)
  SFTTrainer._prepare_non_packed_dataloader(max_seq_len)
trainer.test
 +0.14-0.14 .
trainer.utils
 +0.10-0.19 DataCollatorForCompletionOnlyLM.padding_free
 +0.10-0.26 OnPolicyConfig OnlineTrainerState add_bos_token_if_needed add_eos_token_if_needed
  batch_generation truncate_right
 +0.10-0.28 RunningMoments.__init__(count,mean,std,var) RunningMoments.load_from_json,save_to_json
  empty_cache
 +0.11-0.24 decode_and_strip_padding
 +0.11-0.26 DataCollatorForChatML SIMPLE_CHAT_TEMPLATE
 +0.12 generate_model_card
 +0.13 get_comet_experiment_url log_table_to_comet_experiment get_peft_config(model_args)
  get_quantization_config(model_args)
 +0.13-0.13 get_peft_config(True) get_quantization_config(True)
 +0.13-0.19 ConstantLengthDataset.pretokenized
 +0.14 flush_left
 +0.14-1.0 prepare_deepspeed(bf16,fp16,model,per_device_train_batch_size)
 +0.15 selective_log_softmax
 +0.16 print_prompt_completions_sample
 +0.16-0.17 is_rich_available
 +0.18-0.29 flush_right
 +0.20 entropy_from_logits
 +0.22 RepeatSampler identity nanmax nanmin nanstd shuffle_sequence_dict
  split_pixel_values_by_grid split_tensor_dict unsplit_pixel_values_by_grid
 +0.22-0.23 truncate_with_protected_tokens
 +0.24 TListOrMapping _find_free_port _is_port_free create_model_from_path ensure_master_addr_port
  remove_none_values
 +0.25 get_config_model_id
 +0.27 ensure_master_addr_port(addr,port) shutdown_event_loop_in_daemon start_event_loop_in_daemon
  use_adapter
 +0.27-1.2 CausalLMOutputWithPastAndFlatLogits forward_masked_logits
 +0.29 get_trackio_space_url hash_module
 +0.5-0.19 DataCollatorForCompletionOnlyLM.instruction_template,response_token_ids
 +0.5-0.26 DPODataCollatorWithPadding compute_accuracy
 +0.5-0.28 pad_to_length
 +0.6 disable_dropout_in_model
 +0.6-0.23 PerPromptStatTracker
 +0.6-0.26 exact_div
 +0.6-0.28 RunningMoments get_global_statistics RunningMoments.__init__(accelerator)
 +0.7 ModelConfig get_peft_config get_quantization_config
 +0.7-0.10 is_peft_available is_xpu_available
 +0.7-0.11 neftune_post_forward_hook
 +0.7-0.13 get_peft_config(model_config) get_quantization_config(model_config)
  is_unsloth_available trl_sanitze_kwargs_for_tagging
 +0.7-0.19 ConstantLengthDataset.__init__(add_special_tokens,append_concat_token)
  DataCollatorForCompletionOnlyLM.instruction_token_ids
 +0.7-0.26 peft_module_casting_to_bf16
 +0.7-1.7 get_kbit_device_map
 +0.8-0.9 RichProgressCallback
 +0.9 pad
 +0.9-0.10 SIMPLE_QUERY_CHAT_TEMPLATE
 +0.9-0.24 SIMPLE_SFT_CHAT_TEMPLATE
 +0.9-0.26 first_true_indices forward generate get_reward print_rich_table truncate_response
 +0.9-0.28 cap_exp get_exp_cap
 +0.9-0.9 OnpolicyRuntimeConfig SyncRefModelCallback
 +0.9-1.0 prepare_deepspeed
 +1.1 _ChunkedLogProbFunction
 +1.1-1.14 patch_chunked_lm_head
 +1.14 _fused_logprob_entropy _supports_trl_loss_kernel global_then_local_main_first
  is_async_callable selective_log_softmax_and_entropy
 +1.14-1.14 _CHUNKED_LOGPROB_TOKEN_CHUNK_SIZE
 +1.15 FusedCausalLMOutput _CHUNKED_LOGPROB_CHUNK_SIZE _PEAK_FLOPS_BY_DEVICE add_fused_lm_head
  get_peak_flops get_peak_flops_per_device strip_images_from_messages
 +1.16 _use_triton
 +1.4 adjusted_mfu compute_flops_per_token compute_mfu
 +1.7-1.14 patch_chunked_lm_head(output_router_logits)
 +1.9 get_callable_name maybe_gather_lm_head_ctx repeat_iterable_dataset
 -0.13 AdaptiveKLController FixedKLController
  AdaptiveKLController.__init__(horizon,init_kl_coef,target) FixedKLController.__init__(kl_coef)
 -0.19 ConstantLengthDataset DataCollatorForCompletionOnlyLM
  ConstantLengthDataset.__init__(chars_per_token,dataset,dataset_text_field,eos_token_id,formatting_func,infinite)
  ConstantLengthDataset.__init__(num_of_sequences,seq_length,shuffle,tokenizer)
  DataCollatorForCompletionOnlyLM.__init__(ignore_index,instruction_template,mlm,padding_free,response_template)
 -0.26 RewardDataCollatorWithPadding
 -0.6 PeftSavingCallback
trainer.xpo_config
 +0.11-0.24 XPOConfig.__init__(dataset_num_proc)
 +0.11-0.25 OnlineDPOConfig
  XPOConfig.__init__(alpha,beta,disable_dropout,learning_rate,loss_type,max_new_tokens)
  XPOConfig.__init__(missing_eos_penalty,reward_model_path,temperature)
 +0.11-0.28 .
 +0.12-0.25 XPOConfig.__init__(judge)
 +0.14-0.25 XPOConfig.__init__(ds3_gather_for_generation,max_length,use_vllm)
 +0.17-0.24 XPOConfig.__init__(gpu_memory_utilization)
 +0.19-0.25 XPOConfig.__init__(bf16,logging_steps)
 +0.20-0.25 XPOConfig.__init__(model_init_kwargs)
 +0.21-0.25 XPOConfig.__init__(vllm_model_impl)
 +0.22-0.25 XPOConfig.__init__(gradient_checkpointing)
 +0.23-0.25
  XPOConfig.__init__(cache_implementation,generation_kwargs,min_p,repetition_penalty,reward_weights,top_k)
  XPOConfig.__init__(top_p,use_transformers_paged,vllm_gpu_memory_utilization,vllm_guided_decoding_regex,vllm_mode,vllm_server_base_url)
  XPOConfig.__init__(vllm_server_host,vllm_server_port,vllm_server_timeout,vllm_tensor_parallel_size)
 +0.25-0.25 XPOConfig.__init__(lr_scheduler_kwargs)
 +0.26-0.28 _XPOConfig suppress_experimental_warning
trainer.xpo_trainer
 +0.11-0.11 XPOTrainer.push_to_hub
 +0.11-0.12+0.26-0.28 XPOTrainer.__init__(tokenizer)
 +0.11-0.22 XPOTrainer.reward_model
 +0.11-0.24+0.26-0.28 XPOTrainer.__init__(reward_model)
 +0.11-0.25 OnlineDPOTrainer XPOConfig empty_cache get_reward truncate_right
  unwrap_model_for_generation
  XPOTrainer._alpha,_beta,_compute_logprobs,_compute_losses,_compute_rewards,_eval_dataloaders
  XPOTrainer._generate_completions,_globalstep_last_logged,_log_statistics,_maybe_log_save_evaluate,_process_completions,_tag_names
  XPOTrainer._total_loss_scalar,alpha,beta,control,generation_config,get_eval_dataloader
  XPOTrainer.get_train_dataloader,judge,ref_model,stats,tokenize_row,training_step
 +0.11-0.28 . XPOTrainer.__init__(args,callbacks,compute_metrics,data_collator,eval_dataset,model)
  XPOTrainer.__init__(optimizers,peft_config,preprocess_logits_for_metrics,ref_model,train_dataset)
 +0.12-0.12+0.26-0.28 XPOTrainer.__init__(True)
 +0.12-0.18 XPOTrainer._determine_best_metric
 +0.12-0.22 XPOTrainer.reward_processing_class
 +0.12-0.23 XPOTrainer.create_model_card(dataset_name,model_name,tags) generate_model_card
 +0.12-0.25 BasePairwiseJudge SIMPLE_CHAT_TEMPLATE is_conversational maybe_apply_chat_template
  XPOTrainer._compute_judge,create_model_card XPOTrainer._log_statistics(chosen_mask)
  XPOTrainer.training_step(num_items_in_batch)
 +0.12-0.28 XPOTrainer.__init__(judge,processing_class)
 +0.13-0.23 get_comet_experiment_url
 +0.14-0.25 XPOTrainer._forward,_generate,_generate_vllm,llm,max_length
 +0.15-0.25 selective_log_softmax
 +0.17-0.25 XPOTrainer.is_encoder_decoder
 +0.19-0.25 XPOTrainer._save_checkpoint
 +0.23-0.25
  XPOTrainer._calculate_rewards_from_functions,_enable_gradient_checkpointing,_fix_param_name_to_vllm,_generate_vllm_colocate,_generate_vllm_server,_last_loaded_step
  XPOTrainer._move_model_to_vllm,_sync_fsdp1_params_to_vllm,_sync_fsdp2_params_to_vllm,eos_token_id,guided_decoding_regex,image_token
  XPOTrainer.image_token_id,is_vision_model,min_p,num_generations,pad_token,pad_token_id
  XPOTrainer.process_vision_row,repetition_penalty,reward_func_names,reward_funcs,reward_processing_classes,reward_weights
  XPOTrainer.temperature,top_k,top_p,use_transformers_paged,use_vllm,vision_end_token_id
  XPOTrainer.vision_start_token_id,vllm_client,vllm_gpu_memory_utilization,vllm_mode,vllm_model_impl,vllm_tensor_parallel_size
 +0.23-0.28 XPOTrainer.__init__(reward_funcs,reward_processing_classes)
 +0.24-0.25 XPOTrainer._name,_paper,_template_file
 +0.26-0.28 _XPOTrainer suppress_experimental_warning
trainer.xxx
 +0.13-0.13 .
utils
 +0.12-0.12 .
  ScriptArguments.__init__(config,dataset_name,dataset_test_split,dataset_train_split,gradient_checkpointing_use_reentrant,ignore_bias_buffers)
"""

USES = r"""
accelerate.utils
 +0.15 is_peft_model
huggingface_hub
 +0.10-0.25 InferenceClient
 +0.28 CommitScheduler
peft
 -0.6 prepare_model_for_int8_training
peft.tuners.tuners_utils
 +0.7-0.8+1.4 BaseTunerLayer
transformers
 +0.11 is_torch_npu_available
 +0.11-0.25 is_torch_xla_available
 +0.11-1.10 is_torch_xpu_available
 +0.12-0.28 BaseImageProcessor
 +0.16-0.18 DataCollatorWithFlattening
 +0.25 is_trackio_available
 +1.5 CONFIG_MAPPING
 +1.7 AutoModelForImageTextToText
 -0.7 top_k_top_p_filtering
transformers.deepspeed
 +0.7-0.11 is_deepspeed_zero3_enabled
transformers.generation
 +1.7 ContinuousBatchingConfig
transformers.integrations
 +1.7 is_trackio_available
transformers.integrations.deepspeed
 +0.7-0.28+1.6 is_deepspeed_zero3_enabled
transformers.modeling_layers
 +0.29 GenericForSequenceClassification
transformers.trainer_callback
 +0.11-0.25 ExportableState
transformers.utils
 +0.10 is_torch_mlu_available is_torch_npu_available is_torch_xpu_available
 +0.12-0.15+0.19-1.7+1.10-1.12 is_liger_kernel_available
 +0.18 is_rich_available
 +0.20-0.25 is_flash_attn_2_available
 +1.0 get_json_schema
 +1.16 is_triton_available
transformers.utils.deprecation
 +0.12-0.15 deprecate_kwarg
"""
