"""accelerate: which releases have what; written by scripts/api_history."""

PROJECT = "accelerate"

RELEASES = r"""
0.20 0.21 0.22 0.23 0.24 0.25 0.26 0.27 0.28 0.29 0.30 0.31 0.32 0.33 0.34 1.0 1.1 1.2 1.3 1.4 1.5
1.6 1.7 1.8 1.9 1.10 1.11 1.12 1.13 1.14 1.15
"""

BASES = r"""
BertTrainStep AbstractTrainStep
FP8RecipeKwargs TERecipeKwargs MSAMPRecipeKwargs
GPTTrainStep AbstractTrainStep
IterableDatasetShard IterableDataset
T5TrainStep AbstractTrainStep
"""

CHANGES = r"""
.
 +0.22 AutocastKwargs
 +0.27 prepare_pippy
 +0.28 DataLoaderConfiguration
 +0.32 DDPCommunicationHookType ProfileKwargs
 +1.10 ParallelismConfig
accelerator
 +0.21 Accelerator.save_model FSDP_PYTORCH_VERSION SAFE_WEIGHTS_INDEX_NAME SAFE_WEIGHTS_NAME
  WEIGHTS_INDEX_NAME WEIGHTS_NAME is_npu_available load_fsdp_model load_fsdp_optimizer
  save_fsdp_model save_fsdp_optimizer
 +0.21-0.24 id_tensor_storage is_safetensors_available
 +0.21-0.31 shard_checkpoint
 +0.22 Accelerator.autocast(autocast_handler)
  Accelerator.autocast_handler,trigger_sync_in_backward,verify_device_map
  Accelerator.prepare_data_loader(slice_fn_for_dispatch) AutocastKwargs
 +0.23 Accelerator.check_trigger,flag_tensor,set_trigger
  Accelerator.gather_for_metrics(input_data) Accelerator.reduce(scale)
  Accelerator.save(safe_serialization) gather_object is_compiled_module
 +0.24 check_os_kernel
 +0.25 clean_state_dict_for_safetensors get_state_dict_offloaded_model
 +0.25-1.0 AlignDevicesHook
 +0.26 Accelerator._prepare_msamp,use_seedable_sampler is_msamp_available
 +0.26-0.34 Accelerator.__init__(use_seedable_sampler)
 +0.28 Accelerator.__init__(dataloader_config) Accelerator.even_batches(value)
  DataLoaderConfiguration _dispatch_batches _even_batches _split_batches _use_seedable_sampler
  is_torch_xla_available
 +0.29 is_mlu_available
 +0.30 Accelerator.delayed_fp8_autocast,has_lomo_optimizer,lomo_backward,non_blocking
  Accelerator.gather_for_metrics(use_gather_object) is_lomo_available
 +0.31 megatron_lm_prepare_model_optimizer_scheduler
 +0.32 Accelerator.profile,profile_handler PROFILE_PATTERN_NAME ProfileKwargs
  SAFE_WEIGHTS_PATTERN_NAME WEIGHTS_PATTERN_NAME
 +0.32-1.5 Accelerator._prepare_ipex_or_xpu
 +0.33 is_musa_available
 +0.33-0.34 Accelerator.scalar
 +0.34 Accelerator._prepare_te,use_stateful_dataloader apply_fp8_autowrap
  is_transformer_engine_available
 +1.0 Accelerator.__init__(deepspeed_plugins) Accelerator.deepspeed_plugin,fp8_backend
  is_bitsandbytes_multi_backend_available
 +1.1 ensure_weights_retied get_grad_scaler has_offloaded_params
 +1.10 Accelerator.__init__(parallelism_config)
  Accelerator._cp_context,_prepare_cp,_prepare_tp,context_parallel_rank,data_parallel_rank,data_parallel_shard_rank
  Accelerator.is_composable_parallelism_enabled,maybe_context_parallel,multi_device,pipeline_parallel_rank,should_save_model,tensor_parallel_rank
  Accelerator.torch_device_mesh ParallelismConfig _attach_context_parallel_hooks
 +1.12 Accelerator.deepspeed_ulysses_dl_adapter
 +1.13 DTENSOR_PYTORCH_VERSION
 +1.14 compile_regions_fsdp2
 +1.15 Accelerator._clip_grad_norm_dtensor_aware
  _refuse_recurrent_layers_under_sequence_parallelism get_model_tp_size
 +1.2 Accelerator.__init__(dynamo_plugin) map_pytorch_optim_to_deepspeed
 +1.3 Accelerator.unwrap_model(keep_torch_compile)
 +1.4 AORecipeKwargs MSAMPRecipeKwargs TERecipeKwargs TorchTensorParallelPlugin
  convert_model_to_fp8_ao is_torchao_available Accelerator.__init__(torch_tp_plugin)
  Accelerator._prepare_ao,ao_recipe_handler,has_fp8_handler,msamp_recipe_handler,te_recipe_handler
 +1.4-1.7 Accelerator._mixed_precision
 +1.4-1.9 BETA_TP_AVAILABLE_PYTORCH_VERSION BETA_TP_AVAILABLE_TRANSFORMERS_VERSION
 +1.6 Accelerator._prepare_device_mesh,is_fsdp2 FSDP2_PYTORCH_VERSION fsdp2_prepare_model
  fsdp2_switch_optimizer_parameters get_fsdp2_grad_scaler
 +1.7 compile_regions fsdp2_canonicalize_names
 +1.8 Accelerator._prepare_fsdp2,fp8_enabled compile_regions_deepspeed fsdp2_apply_ac
 +1.9 FP8BackendType SCALER_NAME model_has_dtensor
 -0.21 Accelerator.accumulate(model)
 -0.22 Accelerator.gather_for_metrics(tensor)
 -0.24 Accelerator._prepare_fsdp
 -0.27 is_tpu_available
 -0.30 megatron_lm_prepare_model megatron_lm_prepare_optimizer megatron_lm_prepare_scheduler
 -0.31 is_fp8_available
 -0.31+1.6-1.12 Accelerator._prepare_ipex
 -0.33 has_transformer_engine_layers
 -0.34 Accelerator.__init__(dispatch_batches,even_batches) Accelerator.autocast(cache_enabled)
  Accelerator.use_fp16
 -1.12 is_ipex_available
big_modeling
 +0.22 parse_flag_from_env
 +0.23 dispatch_model(force_hooks) load_checkpoint_and_dispatch(force_hooks)
 +0.26 is_npu_available
 +0.27 is_xpu_available recursive_getattr
 +0.29 check_cuda_p2p_ib_support is_mlu_available load_checkpoint_and_dispatch(strict)
 +0.33 is_musa_available
 +1.10 _attach_context_parallel_hooks
 +1.13 is_neuron_available
 +1.15 _refuse_recurrent_layers_under_sequence_parallelism
 +1.2 is_bnb_available
 +1.5 is_sdaa_available
 +1.7 LayerwiseCastingHook SUPPORTED_PYTORCH_LAYERS_FOR_UPCASTING _attach_layerwise_casting_hooks
  attach_layerwise_casting_hooks
  load_checkpoint_and_dispatch(broadcast_from_rank0,full_state_dict)
 -0.20+0.22-1.2 is_torch_version
checkpointing
 +0.24 SAMPLER_NAME
 +0.25 SAFE_MODEL_NAME SAFE_WEIGHTS_NAME WEIGHTS_NAME
 +0.28 is_torch_xla_available
 +0.34 is_mlu_available
 +1.1 load
 +1.13 is_neuron_available
 +1.4 is_musa_available
 +1.5 is_cuda_available is_hpu_available is_sdaa_available
 +1.8 is_torch_version
 -0.27 is_tpu_available
data_loader
 +0.24 SeedableRandomSampler
 +0.28 is_torch_xla_available
 +0.30 get_sampler
 +0.34 DataLoaderAdapter PartialState is_torchdata_stateful_dataloader_available
 +1.3 compare_versions
 +1.8 is_datasets_available
 -0.27 is_tpu_available
 -0.33 AcceleratorState
hooks
 +0.25 get_non_persistent_buffers
 +0.27 recursive_getattr
 +0.32 _accelerate_added_attributes
 +0.34 clear_device_cache
 +1.13 _compiler_disable
 +1.4 is_mlu_available is_musa_available is_npu_available
 +1.4-1.5 is_xpu_available
 +1.7 LayerwiseCastingHook
inference
 +0.27 .
launchers
 +0.22 PartialState test_launch
 +0.23 notebook_launcher(master_addr,node_rank,num_nodes)
 +0.25 are_libraries_initialized
 +0.26 check_cuda_p2p_ib_support
 +0.29 get_gpu_info
 +0.31
  notebook_launcher(max_restarts,monitor_interval,rdzv_backend,rdzv_conf,rdzv_endpoint,rdzv_id)
 +0.32 ELASTIC_LOG_LINE_PREFIX_TEMPLATE_PYTORCH_VERSION is_torch_version
  notebook_launcher(log_line_prefix_template)
 +1.12 get_current_device_type
 +1.14 is_rocm_available
optimizer
 +0.22 patch_optimizer_step
 +0.28 is_torch_xla_available
 +0.30 is_lomo_available
 -0.20 is_torch_version
 -0.27 is_tpu_available
parallelism_config
 +1.10 .
  ParallelismConfig.__init__(cp_handler,cp_size,dp_replicate_size,dp_shard_size,tp_handler,tp_size)
 +1.12 DeepSpeedSequenceParallelConfig DistributedType
  ParallelismConfig.__init__(cp_backend,sp_backend,sp_handler,sp_size)
  ParallelismConfig.sp_enabled
state
 +0.21 is_npu_available
 +0.22 PartialState.debug
 +0.25 check_cuda_p2p_ib_support
 +0.26-1.4 check_fp8_capability
 +0.28 is_torch_xla_available
 +0.29 PartialState._known_attrs,_prepare_backend,set_device get_cpu_distributed_information
  is_datasets_available is_mlu_available set_numa_affinity
 +0.33 is_musa_available
 +0.34 PartialState.destroy_process_group
 +1.0 deepspeed_required
 +1.13 is_neuron_available
 +1.5 check_cuda_fp8_capability is_habana_gaudi1 is_hpu_available is_sdaa_available
 +1.6 is_xccl_available
 -0.27 is_tpu_available
 -0.28 PartialState._mixed_precision
 -1.12 is_ccl_available is_ipex_available
 -1.7 get_ccl_version
test_utils
 +0.21 require_bnb
 +0.21-1.10 RegressionModel4XPU
 +0.22 assert_exception
 +0.26 device_count require_multi_device require_non_cpu require_single_device torch_device
 +0.27 memory_allocated_func require_non_xpu require_npu require_pippy
 +0.28 DEFAULT_LAUNCH_COMMAND get_launch_command path_in_accelerate_package require_non_torch_xla
 +0.29 require_mlu
 +0.30 require_torchvision
 +0.33 require_musa
 +0.34 capture_call_output require_transformer_engine
 +1.11 require_transformer_engine_mxfp8
 +1.4 require_cuda_or_xpu require_torchao
 +1.5 require_cuda_or_hpu require_fp16 require_fp8 require_non_hpu require_sdaa run_first
 +1.6 require_multi_gpu_or_xpu
 +1.7 get_torch_dist_unique_port pytest_xdist_worker_id
 -0.24 require_safetensors
test_utils.testing
 +0.21 is_bnb_available require_bnb
 +0.22 assert_exception
 +0.23 is_timm_available require_timm require_transformers str_to_bool
 +0.25 is_clearml_available is_dvclive_available is_pandas_available require_clearml
  require_dvclive require_pandas
 +0.26 device_count get_backend is_cuda_available is_npu_available require_multi_device
  require_non_cpu require_single_device torch_device
 +0.27 is_pippy_available memory_allocated_func require_non_xpu require_npu require_pippy
 +0.28 DEFAULT_LAUNCH_COMMAND get_launch_command is_torch_xla_available path_in_accelerate_package
  require_non_torch_xla
 +0.29 is_mlu_available require_mlu
 +0.30 is_schedulefree_available is_torchvision_available require_schedulefree require_torchvision
 +0.32 is_import_timer_available is_triton_available require_import_timer require_triton
 +0.33 is_musa_available require_musa
 +0.34 capture_call_output is_torchdata_stateful_dataloader_available
  is_transformer_engine_available require_torchdata_stateful_dataloader require_transformer_engine
 +1.11 is_transformer_engine_mxfp8_available require_transformer_engine_mxfp8
 +1.13 is_neuron_available require_neuron
 +1.14 require_datasets
 +1.15 GradientState is_peft_available require_peft
 +1.4 is_torchao_available require_cuda_or_xpu require_torchao require_tp
 +1.5 check_cuda_fp8_capability is_fp16_available is_fp8_available is_habana_gaudi1
  is_hpu_available is_pytest_available is_sdaa_available require_cuda_or_hpu require_fp16
  require_fp8 require_non_hpu require_sdaa run_first
 +1.6 is_matplotlib_available is_mlflow_available require_matplotlib require_mlflow
  require_multi_gpu_or_xpu
 +1.7 compare_versions get_torch_dist_unique_port pytest_xdist_worker_id
 +1.8 is_aim_available is_swanlab_available require_aim require_swanlab
 +1.9 is_trackio_available require_fsdp2 require_trackio
 -0.24 is_safetensors_available require_safetensors
 -0.27 is_tpu_available
 -1.2 require_fsdp
 -1.4 PartialState
test_utils.training
 +0.21-1.10 RegressionModel4XPU RegressionModel4XPU.__init__(a,b,double_output)
 +1.3 mocked_dataloaders_for_autoregressive_models
tracking
 +0.21 listify
 +0.25 ClearMLTracker DVCLiveTracker is_clearml_available is_dvclive_available
 +1.15 register_tracker_class str_to_bool
 +1.6 compare_versions
 +1.8 SwanLabTracker is_swanlab_available
 +1.9 TrackioTracker is_trackio_available
utils
 +0.21 BnbQuantizationConfig SAFE_WEIGHTS_INDEX_NAME SAFE_WEIGHTS_NAME WEIGHTS_INDEX_NAME
  WEIGHTS_NAME has_4bit_bnb_layers id_tensor_storage is_4bit_bnb_available is_8bit_bnb_available
  is_bnb_available is_npu_available is_port_in_use listify load_and_quantize_model load_fsdp_model
  load_fsdp_optimizer save_fsdp_model save_fsdp_optimizer
 +0.21-0.34 shard_checkpoint
 +0.22 AutocastKwargs TORCH_DISTRIBUTED_OPERATION_TYPES clear_environment is_cuda_available
 +0.23 calculate_maximum_sizes convert_bytes is_timm_available str_to_bool
 +0.24 SAMPLER_NAME check_os_kernel
 +0.25 CannotPadNestedTensorWarning SAFE_MODEL_NAME are_libraries_initialized
  check_cuda_p2p_ib_support clean_state_dict_for_safetensors is_clearml_available
  is_dvclive_available is_pandas_available
 +0.26 is_msamp_available is_transformer_engine_available
 +0.26-1.4 check_fp8_capability
 +0.27 copy_tensor_to_devices ignorant_find_batch_size is_peft_available is_peft_model
  is_pippy_available pad_input_tensors recursive_getattr
 +0.28 DataLoaderConfiguration is_torch_xla_available
 +0.29 convert_dict_to_env_variables get_cpu_distributed_information get_gpu_info is_mlu_available
  is_pynvml_available set_numa_affinity
 +0.30 is_lomo_available is_pytest_available is_schedulefree_available is_torchvision_available
 +0.31 add_model_config_to_megatron_parser megatron_lm_prepare_model_optimizer_scheduler
  merge_fsdp_weights
 +0.32 DDPCommunicationHookType PROFILE_PATTERN_NAME ProfileKwargs SAFE_WEIGHTS_PATTERN_NAME
  WEIGHTS_PATTERN_NAME is_import_timer_available is_triton_available
 +0.33 is_musa_available
 +0.34 GatheredParameters apply_fp8_autowrap contextual_fp8_autocast
  disable_fsdp_ram_efficient_loading enable_fsdp_ram_efficient_loading is_torchdata_available
  is_torchdata_stateful_dataloader_available
 +1.0 MITA_PROFILING_AVAILABLE_PYTORCH_VERSION XPU_PROFILING_AVAILABLE_PYTORCH_VERSION
  deepspeed_required get_active_deepspeed_plugin is_bitsandbytes_multi_backend_available
 +1.1 align_module_device ensure_weights_retied get_grad_scaler has_offloaded_params
  is_weights_only_available load
 +1.10 ParallelismConfig TorchContextParallelConfig TorchTensorParallelConfig
 +1.11 is_transformer_engine_mxfp8_available
 +1.12 DeepSpeedSequenceParallelConfig get_current_device_type
 +1.13 is_neuron_available
 +1.14 compile_regions_fsdp2 is_amdsmi_available is_rocm_available
 +1.15 get_model_tp_size
 +1.2 map_pytorch_optim_to_deepspeed purge_accelerate_environment
 +1.4 AORecipeKwargs MSAMPRecipeKwargs TERecipeKwargs TorchTensorParallelPlugin
  convert_model_to_fp8_ao filter_first_and_last_linear_layers has_ao_layers is_torchao_available
  torchao_required
 +1.5 check_cuda_fp8_capability is_fp16_available is_habana_gaudi1 is_hpu_available
  is_sdaa_available
 +1.6 fsdp2_load_full_state_dict fsdp2_prepare_model fsdp2_switch_optimizer_parameters
  get_fsdp2_grad_scaler get_module_children_bottom_up is_matplotlib_available is_xccl_available
 +1.7 compile_regions fsdp2_canonicalize_names has_compiled_regions is_compiled_module
 +1.8 compile_regions_deepspeed fsdp2_apply_ac is_swanlab_available
 +1.9 is_trackio_available model_has_dtensor
 -0.20 get_launch_prefix
 -0.24 is_safetensors_available
 -0.27 is_tpu_available
 -0.30 megatron_lm_prepare_model
 -1.12 get_ccl_version is_ccl_available is_ipex_available
utils.ao
 +1.4 .
utils.bnb
 +0.21 .
 +0.21-0.21 is_bnb_available
utils.constants
 +0.21 FSDP_PYTORCH_VERSION SAFE_WEIGHTS_INDEX_NAME SAFE_WEIGHTS_NAME WEIGHTS_INDEX_NAME
  WEIGHTS_NAME
 +0.22 TORCH_DISTRIBUTED_OPERATION_TYPES
 +0.24 SAMPLER_NAME
 +0.25 FSDP_MODEL_NAME SAFE_MODEL_NAME
 +0.32 ELASTIC_LOG_LINE_PREFIX_TEMPLATE_PYTORCH_VERSION PROFILE_PATTERN_NAME
  SAFE_WEIGHTS_PATTERN_NAME WEIGHTS_PATTERN_NAME
 +1.0 MITA_PROFILING_AVAILABLE_PYTORCH_VERSION XPU_PROFILING_AVAILABLE_PYTORCH_VERSION
 +1.10 BETA_CP_AVAILABLE_PYTORCH_VERSION
 +1.12 BETA_SP_AVAILABLE_DEEPSPEED_VERSION
 +1.13 DTENSOR_PYTORCH_VERSION
 +1.4 BETA_TP_AVAILABLE_PYTORCH_VERSION BETA_TP_AVAILABLE_TRANSFORMERS_VERSION
 +1.6 FSDP2_PYTORCH_VERSION FSDP2_STATE_DICT_TYPE
 +1.7 SUPPORTED_PYTORCH_LAYERS_FOR_UPCASTING
 -0.21 XPU_DISTRIBUTED_TYPES
utils.dataclasses
 +0.21 BnbQuantizationConfig CustomDtype
  BnbQuantizationConfig.__init__(bnb_4bit_compute_dtype,bnb_4bit_quant_type,bnb_4bit_use_double_quant,keep_in_fp32_modules,llm_int8_threshold,load_in_4bit)
  BnbQuantizationConfig.__init__(load_in_8bit,skip_modules,torch_dtype) DistributedType.MULTI_NPU
  FullyShardedDataParallelPlugin.__init__(forward_prefetch,optim_state_dict_config,param_init_fn,sync_module_states)
  GradientAccumulationPlugin.__init__(sync_with_dataloader) ProjectConfiguration.set_directories
  RNGType.NPU
 +0.21-0.21 FullyShardedDataParallelPlugin.__init__(ignored_parameters)
 +0.22 AutocastKwargs AutocastKwargs.__init__(cache_enabled,enabled)
  FullyShardedDataParallelPlugin.set_state_dict_type
 +0.22-0.33 FullyShardedDataParallelPlugin.set_state_dict_type(state_dict_type_policy)
 +0.23 FullyShardedDataParallelPlugin.__init__(activation_checkpointing) compare_versions
  str_to_bool
 +0.24 DynamoBackend.AOT_TS_NVFUSER,CUDAGRAPHS,NVPRIMS_NVFUSER,TENSORRT,TVM,list
  ProjectConfiguration.__init__(save_on_each_node) is_xpu_available
 +0.25 LoggerType.CLEARML,DVCLIVE MegatronLMPlugin.__init__(recompute_activations)
  is_cuda_available is_npu_available
 +0.26 AmaxComputeAlgorithm Backend FP8Format FSDP_SHARDING_STRATEGY OptLevel
  DeepSpeedPlugin.get_value,is_auto FP8RecipeKwargs.__init__(backend,opt_level)
 +0.28 CustomDtype.INT2 DataLoaderConfiguration
  DataLoaderConfiguration.__init__(dispatch_batches,even_batches,split_batches,use_seedable_sampler)
  DistributedType.XLA FullyShardedDataParallelPlugin.set_mixed_precision(buffer_autocast,override)
  GradientAccumulationPlugin.__init__(sync_each_batch)
 +0.28-0.34 DeprecatedFieldDescriptor
 +0.29 DistributedType.MULTI_MLU RNGType.MLU
 +0.30 DataLoaderConfiguration.__init__(non_blocking)
  DeepSpeedPlugin.__init__(transformer_moe_cls_names) DeepSpeedPlugin.set_moe_leaf_modules
  get_module_class_from_name
 +0.31 MODEL_CONFIGS_TO_MEGATRON_PARSERS add_model_config_to_megatron_parser parse_bert_config
  parse_gpt2_config parse_llama_config parse_t5_config
  MegatronLMPlugin.__init__(custom_get_batch_function,custom_loss_function,custom_megatron_datasets_provider_function)
 +0.32 DDPCommunicationHookType ProfileKwargs ProfilerActivity
  DistributedDataParallelKwargs.__init__(comm_hook,comm_state_option,comm_wrapper)
  DistributedDataParallelKwargs.register_comm_hook
  DistributedDataParallelKwargs.to_dict(ignore_keys)
  DynamoBackend.AOT_TORCHXLA_TRACE_ONCE,TORCHXLA_TRACE_ONCE
  ProfileKwargs.__init__(activities,on_trace_ready,output_trace_dir,profile_memory,record_shapes,schedule_option)
  ProfileKwargs.__init__(with_flops,with_modules,with_stack)
 +0.33 DistributedType.MULTI_MUSA RNGType.MUSA
 +0.34 DataLoaderConfiguration.__init__(use_stateful_dataloader) FP8BackendType is_mlu_available
  is_msamp_available is_transformer_engine_available parse_flag_from_env
  FP8RecipeKwargs.__init__(use_autocast_during_eval)
  FullyShardedDataParallelPlugin.__init__(cpu_ram_efficient_loading,min_num_params,transformer_cls_names_to_wrap)
  FullyShardedDataParallelPlugin.set_state_dict_type(state_dict_type)
 +1.0 DeepSpeedPlugin.__init__(enable_msamp,msamp_opt_level)
  DeepSpeedPlugin._selected,_set_selected,_unselect,select,selected
  MITA_PROFILING_AVAILABLE_PYTORCH_VERSION XPU_PROFILING_AVAILABLE_PYTORCH_VERSION
 +1.1 DataLoaderConfiguration.__init__(data_seed)
 +1.10 BETA_CP_AVAILABLE_PYTORCH_VERSION BETA_TP_AVAILABLE_TRANSFORMERS_VERSION
  TorchContextParallelConfig TorchTensorParallelConfig
  TorchContextParallelConfig.__init__(cp_comm_strategy)
  TorchTensorParallelConfig.__init__(enable_async_tp)
 +1.11 FP8RecipeKwargs.__init__(use_mxfp8_block_scaling)
  TERecipeKwargs.__init__(use_mxfp8_block_scaling)
 +1.12 DeepSpeedSequenceParallelConfig
  DeepSpeedSequenceParallelConfig.__init__(sp_attn_implementation,sp_seq_length,sp_seq_length_is_variable)
 +1.13 AORecipeKwargs.__init__(enable_fsdp_float8_all_gather,pad_inner_dim)
  DistributedType.MULTI_NEURON
  MegatronLMPlugin.__init__(attention_backend,attention_dropout,attention_softmax_in_fp32,calculate_per_token_loss,context_parallel_size,decoder_last_pipeline_num_layers)
  MegatronLMPlugin.__init__(eod_mask_loss,expert_model_parallel_size,expert_tensor_parallel_size,hidden_dropout,no_load_optim,no_save_optim)
  MegatronLMPlugin.__init__(optimizer_cpu_offload,overlap_cpu_optimizer_d2h_h2d,recompute_granularity,recompute_method,recompute_num_layers,use_custom_fsdp)
  MegatronLMPlugin.__init__(use_precision_aware_optimizer,use_rotary_position_embeddings)
  RNGType.NEURON is_torchao_available parse_glm4_moe_config
 +1.14 is_neuron_available is_rocm_available
 +1.15 DynamoBackend.NEURON
  FullyShardedDataParallelPlugin.__init__(activation_checkpointing_offload)
 +1.4 AORecipeKwargs BETA_TP_AVAILABLE_PYTORCH_VERSION MSAMPRecipeKwargs TERecipeKwargs
  TorchTensorParallelPlugin is_musa_available AORecipeKwargs.__init__(config,module_filter_func)
  MSAMPRecipeKwargs.__init__(opt_level)
  TERecipeKwargs.__init__(amax_compute_algo,amax_history_len,fp8_format,interval,margin,override_linear_precision)
  TERecipeKwargs.__init__(use_autocast_during_eval)
  TorchTensorParallelPlugin.__init__(torch_device_mesh,tp_size)
 +1.4-1.9 DistributedType.TP
 +1.5 DistributedType.MULTI_HPU,MULTI_SDAA DynamoBackend.HPU_BACKEND RNGType.HPU,SDAA
  is_hpu_available
 +1.6 FullyShardedDataParallelPlugin.__init__(fsdp_version,reshard_after_forward)
  FullyShardedDataParallelPlugin.set_cpu_offload,validate_cpu_offload,validate_mixed_precision_policy
 +1.7 FSDP2_PYTORCH_VERSION TorchDynamoPlugin.__init__(use_regional_compilation)
 +1.8 LoggerType.SWANLAB
 +1.9 LoggerType.TRACKIO
 -0.20 FullyShardedDataParallelPlugin.load_model,load_optimizer,save_model,save_optimizer
  MODEL_NAME OPTIMIZER_NAME
 -0.20+1.0 is_torch_version
 -0.23 DynamoBackend.AOT_CUDAGRAPHS,AOT_NVFUSER,NVFUSER
 -0.24 MegatronLMPlugin.__init__(recompute_activation)
 -0.29 FullyShardedDataParallelPlugin.get_module_class_from_name
 -0.33 FSDP_STATE_DICT_TYPE
 -0.34 DistributedType.TPU
 -1.12 DynamoBackend.IPEX
utils.deepspeed
 +0.21-0.21 DeepSpeedOptimizerWrapper._last_scale
 +0.22
  DeepSpeedOptimizerWrapper._accelerate_step_called,_optimizer_original_step_method,_optimizer_patched_step_method
 +0.23 DummyScheduler.lr_scheduler_callable
 +0.30 DeepSpeedOptimizerWrapper.eval,train
 +1.0 DistributedType get_active_deepspeed_plugin
 +1.2 compare_versions is_bnb_available map_pytorch_optim_to_deepspeed
 +1.8 DeepSpeedEngineWrapper.get_global_grad_norm
 -0.34 DeepSpeedOptimizerWrapper.is_overflow
utils.environment
 +0.23 str_to_bool
 +0.25 are_libraries_initialized check_cuda_p2p_ib_support
 +0.26 get_gpu_info
 +0.26-1.4 check_fp8_capability
 +0.29 CPUInformation _nvidia_smi convert_dict_to_env_variables get_cpu_distributed_information
  get_driver_version override_numa_affinity set_numa_affinity
 +1.1 clear_environment patch_environment
 +1.12 get_current_device_type
 +1.14 _parse_cpu_list
 +1.2 purge_accelerate_environment
 +1.5 check_cuda_fp8_capability
 +1.6 str_to_bool(to_bool)
utils.fsdp_utils
 +0.21 .
 +0.21-0.24 MODEL_NAME
 +0.21-0.31 FSDP_PYTORCH_VERSION
 +0.22-0.31 is_torch_distributed_available
 +0.25 FSDP_MODEL_NAME
 +0.27 _get_model_state_dict _set_model_state_dict is_peft_model load_fsdp_model(adapter_only)
  load_fsdp_optimizer(adapter_only) save_fsdp_model(adapter_only)
 +0.31 SAFE_WEIGHTS_NAME WEIGHTS_NAME _distributed_checkpoint_to_merged_weights merge_fsdp_weights
  save
 +0.34 disable_fsdp_ram_efficient_loading enable_fsdp_ram_efficient_loading
 +1.1 ensure_weights_retied
 +1.11 get_parameters_from_modules
 +1.13 fsdp2_load_full_state_dict(cpu_offload)
 +1.14 _find_final_norm
 +1.15 load_fsdp_model(use_dcp) load_fsdp_optimizer(use_dcp) save_fsdp_model(use_dcp)
  save_fsdp_optimizer(use_dcp)
 +1.6 fsdp2_load_full_state_dict fsdp2_prepare_auto_wrap_policy fsdp2_prepare_model
  fsdp2_switch_optimizer_parameters get_fsdp2_grad_scaler get_module_children_bottom_up
  get_module_class_from_name is_compiled_module
 +1.7 _prepare_sd_options fsdp2_canonicalize_names get_non_persistent_buffers
 +1.8 fsdp2_apply_ac
utils.imports
 +0.21 is_4bit_bnb_available is_8bit_bnb_available is_bnb_available is_npu_available
 +0.22 is_cuda_available
 +0.23 is_timm_available str_to_bool
 +0.25 is_clearml_available is_dvclive_available is_pandas_available
 +0.26 is_msamp_available is_transformer_engine_available
 +0.27 is_peft_available is_pippy_available
 +0.28 USE_TORCH_XLA _torch_xla_available is_torch_xla_available
 +0.29 is_mlu_available is_pynvml_available
 +0.30 is_lomo_available is_pytest_available is_schedulefree_available is_torchvision_available
 +0.31 is_mps_available(min_version)
 +0.32 is_import_timer_available is_triton_available
 +0.33 is_musa_available
 +0.34 is_torchdata_available is_torchdata_stateful_dataloader_available
 +1.0 deepspeed_required is_bitsandbytes_multi_backend_available
 +1.1 is_numpy_available is_weights_only_available patch_environment
 +1.11 is_transformer_engine_mxfp8_available
 +1.13 is_neuron_available
 +1.14 is_amdsmi_available is_rocm_available
 +1.2 is_bnb_available(min_version)
 +1.4 is_torchao_available torchao_required
 +1.5 is_fp16_available is_habana_gaudi1 is_hpu_available is_sdaa_available
 +1.6 is_matplotlib_available is_xccl_available
 +1.8 is_swanlab_available
 +1.9 is_trackio_available
 -0.24 is_safetensors_available
 -0.27 is_tpu_available(check_device)
 -0.34 is_tpu_available
 -1.12 get_ccl_version is_ccl_available is_ipex_available
utils.launch
 +0.21 is_npu_available is_port_in_use
 +0.28 _get_mpirun_args is_torch_xla_available
 +0.29 is_mlu_available
 +0.33 is_musa_available
 +0.34 is_fp8_available setup_fp8_env
 +1.12 prepare_extend_env_parallelism_config
 +1.13 is_neuron_available
 +1.13-1.14 parse_flag_from_env
 +1.15 str_to_bool
 +1.5 is_hpu_available is_sdaa_available
 +1.6 compare_versions
 +1.7 get_free_port
 +1.8-1.12 is_ccl_available
 -0.20 get_launch_prefix is_torch_version
 -0.23 DYNAMO_BACKENDS
 -1.12 is_ipex_available
utils.megatron_lm
 +0.21-0.21 MegatronLMOptimizerWrapper._last_scale
 +0.22
  MegatronLMOptimizerWrapper._accelerate_step_called,_optimizer_original_step_method,_optimizer_patched_step_method
 +0.30 MegatronLMOptimizerWrapper.eval,train
 +0.31 AbstractTrainStep.get_batch_func(accelerator,megatron_dataset_flag)
  AbstractTrainStep.get_loss_func(accelerator) BertTrainStep.__init__(accelerator)
  BertTrainStep.get_batch_func(accelerator) BertTrainStep.get_loss_func(accelerator)
  GPTTrainStep.__init__(accelerator) GPTTrainStep.get_batch_func(accelerator)
  GPTTrainStep.get_loss_func(accelerator)
  MegatronEngine.get_batch_data_iterator,get_module_config,module_config,num_floating_point_operations_so_far
  MegatronLMDummyDataLoader.build_train_valid_test_data_iterators(accelerator)
  MegatronLMDummyDataLoader.get_train_valid_test_datasets_provider(accelerator)
  T5TrainStep.__init__(accelerator) T5TrainStep.get_batch_func(accelerator)
  T5TrainStep.get_loss_func(accelerator) _handle_megatron_data_iterator finish_mpu_init
  prepare_model_optimizer_scheduler
 +1.13 GPTTrainStep.pad_token
 -0.30 MegatronLMDummyDataLoader.build_pretraining_data_loader prepare_model
 -0.32 is_transformers_available
 -0.34 MegatronLMOptimizerWrapper.is_overflow
 -1.12 MegatronEngine.megatron_generate
utils.memory
 +0.21 is_npu_available
 +0.28 is_mps_available
 +0.29 is_mlu_available
 +0.32 clear_device_cache
 +0.33 is_musa_available
 +0.34 is_cuda_available
 +1.0-1.12 compare_versions get_xpu_available_memory is_ipex_available
 +1.13 is_neuron_available
 +1.5 is_hpu_available is_sdaa_available
 +1.7 find_executable_batch_size(reduce_batch_size_fn)
utils.modeling
 +0.21 WEIGHTS_NAME id_tensor_storage
  load_checkpoint_in_model(keep_in_fp32_modules,offload_8bit_bnb)
  set_module_tensor_to_device(fp16_statistics)
 +0.21-0.34 shard_checkpoint
 +0.22 AutocastKwargs SAFE_WEIGHTS_NAME is_npu_available
  get_mixed_precision_context_manager(autocast_kwargs)
 +0.23 calculate_maximum_sizes
 +0.25 get_non_persistent_buffers get_state_dict_offloaded_model
  named_module_tensors(remove_non_persistent)
 +0.26 check_device_same infer_auto_device_map(clean_result)
 +0.27 is_peft_available is_peft_model set_module_tensor_to_device(tied_params_map)
 +0.27-1.0+1.3-1.6 compare_versions
 +0.28 compute_module_sizes(buffers_only) compute_module_total_buffer_size is_torch_xla_available
  infer_auto_device_map(offload_buffers)
 +0.29 is_mlu_available load_checkpoint_in_model(strict)
 +0.31 get_module_leaves get_state_dict_from_offload
 +0.32 clear_device_cache
 +0.33 is_musa_available
 +0.34-1.2 _get_named_modules _get_named_parameters
 +1.0-1.12 get_xpu_available_memory
 +1.1 align_module_device get_grad_scaler has_offloaded_params
 +1.2 _init_infer_auto_device_map fallback_allocate get_module_size_with_ties
  infer_auto_device_map(fallback_allocation)
 +1.5 is_hpu_available is_sdaa_available
 +1.7 load_checkpoint_in_model(broadcast_from_rank0,full_state_dict)
 +1.9 set_module_tensor_to_device(clear_cache,non_blocking)
 -0.20+0.33 is_torch_version
 -0.21 get_mixed_precision_context_manager(cache_enabled)
 -0.24 is_safetensors_available
 -1.10 FindTiedParametersResult
utils.offload
 -0.20 get_logger
 -0.24 is_safetensors_available
utils.operations
 +0.21 listify
 +0.22 DistributedOperationException TORCH_DISTRIBUTED_OPERATION_TYPES chained_operation get_shape
  verify_operation slice_tensors(num_processes,process_index)
 +0.23 reduce(scale)
 +0.25 CannotPadNestedTensorWarning
 +0.26 is_npu_available
 +0.27 TENSOR_INT_TO_DTYPE TENSOR_TYPE_TO_INT copy_tensor_to_devices gather_tensor_shape
  ignorant_find_batch_size pad_input_tensors
 +0.27-1.5 is_xpu_available
 +0.28 is_torch_xla_available
 +0.34 AcceleratorState GatheredParameters
 +1.14 _neuron_broadcast_object_list _neuron_gather_object
 -0.20+0.24-1.2+1.11 is_torch_version
 -0.21 CUDA_DISTRIBUTED_TYPES _cpu_gather _cpu_gather_object
 -0.27 is_tpu_available
utils.other
 +0.21 is_port_in_use
 +0.22 FSDP_PYTORCH_VERSION
 +0.22-1.0 clear_environment
 +0.23 convert_bytes save(safe_serialization)
 +0.23-0.24 is_safetensors_available
 +0.24 check_os_kernel get_logger save(save_on_each_node)
 +0.25 clean_state_dict_for_safetensors id_tensor_storage is_torch_distributed_available
 +0.27 recursive_getattr
 +0.28 is_torch_xla_available
 +0.29 extract_model_from_parallel(recursive)
 +1.1 TORCH_SAFE_GLOBALS is_numpy_available is_weights_only_available load
 +1.14 compile_regions_fsdp2
 +1.15 get_model_tp_size
 +1.2 np_core
 +1.3 extract_model_from_parallel(keep_torch_compile)
 +1.6 get_module_children_bottom_up
 +1.7 compile_regions get_free_port has_compiled_regions is_compiled_module(module)
 +1.8 compile_regions_deepspeed has_repeated_blocks is_repeated_blocks
  get_module_children_bottom_up(return_fqns)
 +1.9 model_has_dtensor
 -0.27 is_tpu_available
 -1.0 patch_environment
utils.random
 +0.21 is_npu_available
 +0.28 is_torch_xla_available
 +0.29 is_mlu_available set_seed(deterministic)
 +0.33 is_musa_available
 +1.13 is_neuron_available
 +1.5 is_hpu_available is_sdaa_available
 -0.27 is_tpu_available
utils.transformer_engine
 +0.34 GatheredParameters apply_fp8_autowrap contextual_fp8_autocast
 +1.5 is_hpu_available
 +1.8 is_transformer_engine_available
 -1.7 is_fp8_available
"""

USES = r"""
huggingface_hub
 +0.32 split_torch_state_dict_into_shards
transformers.deepspeed
 -0.22 HfDeepSpeedConfig
transformers.integrations.tensor_parallel
 +1.10 ReplicateParallel
"""
