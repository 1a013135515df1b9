"""peft: which releases have what; written by scripts/api_history."""

PROJECT = "peft"

RELEASES = r"""
0.4 0.5 0.6 0.7 0.8 0.9 0.10 0.11 0.12 0.13 0.14 0.15 0.16 0.17 0.18 0.19 0.20 0.21
"""

BASES = r"""
AdaLoraConfig LoraConfig
AdaLoraLayer LoraLayer
AdaLoraModel LoraModel
AdamssAsaCallback TrainerCallback
AdamssConfig PeftConfig
AdaptionPromptConfig PeftConfig
AqlmLoraLinear LoraLayer
AqlmOFTLinear OFTLayer
AwqLoraLinear LoraLayer
AwqOFTLinear OFTLayer
BOFTConfig PeftConfig
BeftConfig PeftConfig
BoneConfig PeftConfig
BoneLinear BoneLayer
C3AConfig PeftConfig
C3ALinear C3ALayer
CPTConfig PromptLearningConfig
CartridgeConfig PromptLearningConfig
Conv1d _ConvNd
Conv2d _ConvNd
Conv3d _ConvNd
DeftConfig PeftConfig
DeftLinear DeftLayer
DeloraConfig PeftConfig
DeloraLinear DeloraLayer
DetachedShadowModel PreTrainedModel GenerationMixin
EetqLoraLinear LoraLayer
EetqOFTLinear OFTLayer
Embedding HiraLayer
FlattenDims ConversionOps
FourierFTConfig PeftConfig
FourierFTLinear FourierFTLayer
FrodConfig PeftConfig
GPTQLoraLinear LoraLayer
GPTQOFTLinear OFTLayer
GloraConfig PeftConfig
GloraLinear GloraLayer
GraloraConfig PeftConfig
HRAConfig PeftConfig
HRAConv2d HRALayer
HRALinear HRALayer
HiraConfig PeftConfig
HqqLoraLinear LoraLayer
HqqOFTLinear OFTLayer
IA3Config PeftConfig
IncLoraLinear Linear
IncOFTLinear Linear
LNTuningConfig PeftConfig
LilyConfig PeftConfig
Linear SupertuningLayer
Linear4bit HiraLayer
Linear8bitLt HiraLayer
LoHaConfig LycorisConfig
LoKrConfig LycorisConfig
LoraConfig PeftConfig
LoraParallelLinear LoraLayer
LycorisConfig PeftConfig
MissConfig PeftConfig
MissLinear MissLayer
ModulesToSaveWrapper AuxiliaryTrainingWrapper
MultiheadAttention LoraLayer
MultitaskPromptEmbedding PromptEmbedding
MultitaskPromptTuningConfig PromptTuningConfig
OFTConfig PeftConfig
OSFConfig PeftConfig
ParamWrapper LoraLayer
PeanutConfig PeftConfig
PeftConcatenate Concatenate
PeftConfig PeftConfigMixin
PeftConfigMixin PushToHubMixin
PeftMixedModel PushToHubMixin
PeftModel PushToHubMixin
PeftModelForCausalLM PeftModel
PeftModelForFeatureExtraction PeftModel
PeftModelForQuestionAnswering PeftModel
PeftModelForSeq2SeqLM PeftModel
PeftModelForSequenceClassification PeftModel
PeftModelForTokenClassification PeftModel
PermuteDims ConversionOps
PolyConfig PeftConfig
PrefixTuningConfig PromptLearningConfig
PromptEncoderConfig PromptLearningConfig
PromptLearningConfig PeftConfig
PromptTuningConfig PromptLearningConfig
PsoftConfig PeftConfig
PveraConfig PeftConfig
QuantLinear LoraLayer
RandLoraConfig PeftConfig
RoadConfig PeftConfig
SVDConv2d AdaLoraLayer
SVDLinear AdaLoraLayer
SVDLinear4bit AdaLoraLayer
SVDLinear8bitLt AdaLoraLayer
SVDQuantLinear AdaLoraLayer
ShadowCache Cache
ShadowConfig PeftConfig
ShiraConfig PeftConfig
SupertuningConfig PeftConfig
TeLinear LoraLayer
TinyLoraConfig PeftConfig
TorchaoLoraLinear Linear
TrainableTokensConfig PeftConfig
TrainableTokensWrapper AuxiliaryTrainingWrapper
UniLoraConfig PeftConfig
VBLoRAConfig PeftConfig
VeraConfig PeftConfig
WaveFTConfig PeftConfig
WaveFTLinear WaveFTLayer
XLoraConfig PeftConfig
_ConvNd HiraLayer
_LoraPeftModel PeftModel LoraModel
_TokenShadowConfig PretrainedConfig
_TunerPeftModel PeftModel
"""

CHANGES = r"""
.
 +0.10 replace_lora_weights_loftq
 +0.11 BOFTConfig BOFTModel LNTuningConfig LNTuningModel VeraConfig VeraModel get_layer_status
  get_model_status
 +0.12 FourierFTConfig FourierFTModel HRAConfig HRAModel LoraRuntimeConfig XLoraConfig XLoraModel
 +0.13 VBLoRAConfig VBLoRAModel
 +0.14 CPTConfig CPTEmbedding EvaConfig get_eva_state_dict initialize_lora_eva_weights
 +0.14-0.18 BoneConfig BoneModel
 +0.15 PEFT_TYPE_TO_MIXED_MODEL_MAPPING PEFT_TYPE_TO_TUNER_MAPPING TrainableTokensConfig
  TrainableTokensModel
 +0.16 C3AConfig C3AModel RandLoraConfig RandLoraModel
 +0.17 MissConfig MissModel ShiraConfig ShiraModel
 +0.18 ArrowConfig DeloraConfig DeloraModel OSFConfig OSFModel PeftWarning RoadConfig RoadModel
  WaveFTConfig WaveFTModel create_arrow_model
 +0.19 AdamssConfig AdamssModel BdLoraConfig CartridgeConfig CartridgeEncoder GraloraConfig
  GraloraModel LilyConfig LilyModel LoraGAConfig PeanutConfig PeanutModel PsoftConfig PsoftModel
  PveraConfig PveraModel TinyLoraConfig TinyLoraModel compose_cartridge_adapters convert_to_lora
  initialize_kv_prefix_from_past_key_values initialize_kv_prefix_from_text preprocess_loraga
  prompt_embeddings_from_past_key_values save_as_lora
 +0.20 BeftConfig BeftModel DeftConfig DeftModel FrodConfig FrodModel GloraConfig GloraModel
  HiraConfig HiraModel MontecloraConfig UniLoraConfig UniLoraModel VeloraConfig
  find_kappa_target_modules get_base_model_state_dict set_base_model_state_dict
 +0.21 KasaConfig NoMatchingPeftModuleError PeftError ShadowConfig ShadowModel SupertuningConfig
  SupertuningModel
 +0.5 inject_adapter_in_model load_peft_weights
 +0.6 LoHaConfig LoHaModel LoKrConfig LoKrModel MultitaskPromptTuningConfig
  MultitaskPromptTuningInit
 +0.7 LoftQConfig OFTConfig OFTModel PeftMixedModel
 +0.8 PolyConfig PolyModel cast_mixed_precision_params
 -0.9 prepare_model_for_int8_training
auto
 +0.20 check_import_allowlist get_default_import_allowlist
 +0.8 TOKENIZER_CONFIG_NAME
 +0.9 check_file_exists_on_hf_hub
config
 +0.14 MIN_EXPECTED_CONFIG_KEYS _check_and_remove_unused_kwargs PeftConfig.check_kwargs
 +0.17 PromptLearningConfig.__init__(modules_to_save)
 +0.18 PeftConfig.__init__(peft_version) PeftConfig._get_peft_version
  PromptLearningConfig.__init__(peft_version) _get_commit_hash _is_dev_version
 +0.5 .
  PeftConfig.__init__(auto_mapping,base_model_name_or_path,inference_mode,peft_type,revision,task_type)
  PromptLearningConfig.__init__(auto_mapping,base_model_name_or_path,inference_mode,num_attention_heads,num_layers,num_transformer_submodules)
  PromptLearningConfig.__init__(num_virtual_tokens,peft_type,revision,task_type,token_dim)
 +0.8 PeftConfig.from_peft_type
functional
 +0.18 .
helpers
 +0.11 PeftConfig check_if_peft_model
 +0.13 LoraLayer rescale_adapter_scale
 +0.15 disable_input_dtype_casting
 +0.16 BaseTunerLayer
 +0.19 DoraCaching dora
 +0.20 KappaTuneSelector LoraModel MontecloraTrainerMixin bnb find_kappa_target_modules
 +0.5 .
import_utils
 +0.11 is_eetq_available is_hqq_available
 +0.14 is_torchao_available
 +0.15 is_diffusers_available is_gptqmodel_available is_xpu_available
 +0.16 is_inc_available
 +0.19 is_te_available is_te_pytorch_available is_transformers_ge_v5 is_transformers_ge_v5_1_0
  is_transformers_ge_v5_4_0 is_transformers_le_4_53
 +0.20 is_transformers_ge_v5_6_0
 +0.21 is_torchao_ge_v0_18_0 is_transformers_dtensor_tp is_transformers_ge_v5_13_0
  is_transformers_ge_v5_17_0
 +0.5 is_optimum_available
 +0.5-0.18 is_auto_gptq_available
 +0.6 is_torch_tpu_available
 +0.9 is_aqlm_available
 +0.9-0.18 is_auto_awq_available
mapping
 +0.11-0.12 _BaseTuner
 +0.11-0.14 BOFTConfig BOFTModel LNTuningConfig LNTuningModel VeraConfig VeraModel
 +0.12-0.14 FourierFTConfig FourierFTModel HRAConfig HRAModel XLoraConfig XLoraModel
  get_peft_model(autocast_adapter_dtype,revision)
 +0.13 BaseTuner inject_adapter_in_model(low_cpu_mem_usage)
 +0.13-0.14 VBLoRAConfig VBLoRAModel
 +0.14-0.14 BoneConfig BoneModel CPTConfig CPTEmbedding get_peft_model(low_cpu_mem_usage)
 +0.15 PEFT_TYPE_TO_MIXED_MODEL_MAPPING PEFT_TYPE_TO_PREFIX_MAPPING PeftType
 +0.17 inject_adapter_in_model(state_dict)
 +0.5 PEFT_TYPE_TO_TUNER_MAPPING inject_adapter_in_model
 +0.5-0.14 AdaLoraModel IA3Model LoraModel
 +0.6-0.14 LoHaConfig LoHaModel LoKrConfig LoKrModel MultitaskPromptTuningConfig
 +0.7-0.14 OFTConfig OFTModel PeftMixedModel get_peft_model(mixed)
 +0.8-0.14 PolyConfig PolyModel
 -0.14 AdaLoraConfig AdaptionPromptConfig IA3Config LoraConfig MODEL_TYPE_TO_PEFT_MODEL_MAPPING
  PeftModel PeftModelForCausalLM PeftModelForFeatureExtraction PeftModelForQuestionAnswering
  PeftModelForSeq2SeqLM PeftModelForSequenceClassification PeftModelForTokenClassification
  PrefixTuningConfig PromptEncoderConfig PromptTuningConfig _prepare_prompt_learning_config
  get_peft_model
 -0.4 PromptLearningConfig
mapping_func
 +0.15 .
 +0.15-0.17 _prepare_prompt_learning_config
 +0.21 LoraConfig LoraModel PromptLearningConfig _LoraPeftModel _TunerPeftModel
mixed_model
 +0.11 PeftMixedModel.get_layer_status,get_model_status
 +0.13 DUMMY_MODEL_CONFIG PeftMixedModel.add_adapter(low_cpu_mem_usage)
 +0.14 PeftMixedModel._check_new_adapter_config
 +0.18 PeftMixedModel.set_adapter(inference_mode)
 +0.19 PeftMixedModel.add_adapter(autocast_adapter_dtype)
 +0.7 . PeftMixedModel.__init__(adapter_name,model,peft_config)
 +0.7-0.13 OFTModel
 +0.7-0.14 AdaLoraModel COMPATIBLE_TUNER_TYPES IA3Model LoHaModel LoKrModel LoraModel
  PEFT_TYPE_TO_MODEL_MAPPING PeftType
optimizers
 +0.13 .
 +0.16 create_lorafa_optimizer
 +0.21 create_riemannian_optimizer
optimizers.lorafa
 +0.16 .
optimizers.riemannian
 +0.21 .
peft_model
 +0.10 PeftModel._enable_peft_forward_hooks,generate,special_peft_forward_args
 +0.11 BaseTuner BaseTunerLayer TunerLayerStatus TunerModelStatus get_layer_status
  get_model_status PeftModel._update_offload,get_layer_status,get_model_status
  PeftModelForQuestionAnswering.add_adapter(adapter_name,peft_config)
  PeftModelForSequenceClassification.add_adapter(adapter_name,peft_config)
  PeftModelForTokenClassification.add_adapter(adapter_name,peft_config)
 +0.11-0.14 BOFTModel LNTuningModel VeraModel
 +0.12 PeftModel.__init__(autocast_adapter_dtype)
 +0.12-0.14 FourierFTModel HRAModel XLoraConfig XLoraModel
 +0.13 DUMMY_MODEL_CONFIG PeftModel.__init__(low_cpu_mem_usage)
  PeftModel.add_adapter(low_cpu_mem_usage)
 +0.13-0.14 VBLoRAModel
 +0.14 PEFT_TYPE_TO_PREFIX_MAPPING map_cache_to_layer_device_map
  PeftModel._check_new_adapter_config PeftModelForCausalLM._cpt_forward
  PeftModelForQuestionAnswering.add_adapter(low_cpu_mem_usage)
  PeftModelForSequenceClassification.add_adapter(low_cpu_mem_usage)
  PeftModelForTokenClassification.add_adapter(low_cpu_mem_usage)
 +0.14-0.14 BoneModel CPTEmbedding
 +0.15 PEFT_TYPE_TO_CONFIG_MAPPING PEFT_TYPE_TO_TUNER_MAPPING init_empty_weights
 +0.15-0.15 _get_input_embeddings_name
 +0.15-0.15+0.18 TrainableTokensWrapper
 +0.15-0.18 __getattr__(name)
 +0.16
  PeftModel._get_peft_specific_model_tags,delete_adapter,prepare_model_for_gradient_checkpointing
  PeftModel.get_prompt(max_cache_len) create_attention_mask set_additional_trainable_modules
 +0.18 AuxiliaryTrainingWrapper get_alora_offsets_for_forward get_alora_offsets_for_generate
  PeftModel._adapters_disabled,has_active_enabled_adapter,set_requires_grad
 +0.19 PeftModel.add_adapter(autocast_adapter_dtype) PeftModel.set_adapter(inference_mode)
  PeftModel.supports_lora_conversion
  PeftModelForQuestionAnswering.add_adapter(autocast_adapter_dtype)
  PeftModelForSequenceClassification.add_adapter(autocast_adapter_dtype)
  PeftModelForTokenClassification.add_adapter(autocast_adapter_dtype)
 +0.20 PeftModel._adjust_prompt_learning_kwargs _get_layer_kv_target_shape
 +0.21 _delete_auxiliary_adapter _get_return_dict_transformers_v4
 +0.5 PeftModel.get_nb_trainable_parameters _get_batch_size infer_device load_peft_weights
 +0.6 PeftModel._is_prompt_learning,_peft_config,active_adapters PeftModel.get_prompt(task_ids)
  PeftModel.peft_config(value) id_tensor_storage
 +0.6-0.14 LoHaModel LoKrModel MultitaskPromptEmbedding
 +0.7-0.14 OFTModel
 +0.8-0.14 PolyModel
 -0.14 AdaLoraModel AdaptionPromptModel IA3Model LoraModel PEFT_TYPE_TO_MODEL_MAPPING
  PrefixEncoder PromptEmbedding PromptEncoder
 -0.15 PeftModel.set_additional_trainable_modules
 -0.20 PeftModelForSeq2SeqLM.base_model_prepare_encoder_decoder_kwargs_for_generation
 -0.4 PromptLearningConfig hub_file_exists
 -0.5 add_library_to_model_card
 -0.6 PeftModel.config
 -0.8 PeftModel.old_prepare_inputs_for_generation
tuners
 +0.11 BOFTConfig BOFTModel LNTuningConfig LNTuningModel VeraConfig VeraModel
 +0.12 FourierFTConfig FourierFTModel HRAConfig HRAModel LoraRuntimeConfig XLoraConfig XLoraModel
 +0.13 VBLoRAConfig VBLoRAModel
 +0.14 CPTConfig CPTEmbedding EvaConfig get_eva_state_dict initialize_lora_eva_weights
 +0.14-0.18 BoneConfig BoneModel
 +0.15 TrainableTokensConfig TrainableTokensModel
 +0.16 C3AConfig C3AModel RandLoraConfig RandLoraModel
 +0.17 MissConfig MissModel ShiraConfig ShiraModel
 +0.18 ArrowConfig DeloraConfig DeloraModel OSFConfig OSFModel RoadConfig RoadModel WaveFTConfig
  WaveFTModel create_arrow_model
 +0.19 AdamssConfig AdamssModel BdLoraConfig CartridgeConfig CartridgeEncoder GraloraConfig
  GraloraModel LilyConfig LilyModel LoraGAConfig PeanutConfig PeanutModel PsoftConfig PsoftModel
  PveraConfig PveraModel TinyLoraConfig TinyLoraModel convert_to_lora preprocess_loraga
  save_as_lora
 +0.20 BeftConfig BeftModel DeftConfig DeftModel FrodConfig FrodModel GloraConfig GloraModel
  HiraConfig HiraModel MontecloraConfig UniLoraConfig UniLoraModel VeloraConfig
 +0.21 KasaConfig ShadowConfig ShadowModel SupertuningConfig SupertuningModel
 +0.5-0.6 TUNERS_MAPPING
 +0.6 LoHaConfig LoHaModel LoKrConfig LoKrModel MultitaskPromptEmbedding
  MultitaskPromptTuningConfig MultitaskPromptTuningInit
 +0.7 LoftQConfig MixedModel OFTConfig OFTModel
 +0.8 PolyConfig PolyModel
tuners._buffer_dict
 +0.12 .
tuners.adalora
 +0.15 register_peft_method
 +0.20 SVDConv2d
 +0.5 SVDQuantLinear
 +0.5-0.6 get_auto_gptq_quant_linear get_quantization_config
 +0.7 __getattr__(name)
 -0.4 mark_only_lora_as_trainable
 -0.4+0.7 AdaLoraModel._prepare_adalora_config
 -0.6 LoraConfig LoraLayer LoraModel PeftType SVDLinear4bit SVDLinear8bitLt
  TRANSFORMERS_MODELS_TO_ADALORA_TARGET_MODULES_MAPPING _freeze_adapter _get_submodules transpose
tuners.adalora.bnb
 +0.19 AdaLoraConfig
 +0.6 .
tuners.adalora.config
 +0.10 AdaLoraConfig.__init__(layer_replication)
 +0.12 AdaLoraConfig.__init__(runtime_config)
 +0.14 AdaLoraConfig.__init__(eva_config,exclude_modules,lora_bias)
 +0.15 AdaLoraConfig.__init__(corda_config,trainable_token_indices)
 +0.16 AdaLoraConfig.__init__(qalora_group_size,use_qalora)
 +0.17 AdaLoraConfig.__init__(target_parameters)
 +0.18
  AdaLoraConfig.__init__(alora_invocation_tokens,arrow_config,ensure_weight_tying,peft_version)
 +0.19 AdaLoraConfig.__init__(lora_ga_config,use_bdlora)
 +0.20 AdaLoraConfig.__init__(monteclora_config,velora_config)
 +0.21 AdaLoraConfig.__init__(kasa_config)
 +0.6 . AdaLoraConfig.__init__(auto_mapping,base_model_name_or_path,beta1,beta2,bias,deltaT)
  AdaLoraConfig.__init__(fan_in_fan_out,inference_mode,init_lora_weights,init_r,layers_pattern,layers_to_transform)
  AdaLoraConfig.__init__(lora_alpha,lora_dropout,modules_to_save,orth_reg_weight,peft_type,r)
  AdaLoraConfig.__init__(rank_pattern,revision,target_modules,target_r,task_type,tfinal)
  AdaLoraConfig.__init__(tinit,total_step)
 +0.7 AdaLoraConfig.__init__(alpha_pattern,loftq_config,megatron_config,megatron_core)
 +0.8 AdaLoraConfig.__init__(use_rslora)
 +0.9 AdaLoraConfig.__init__(use_dora)
tuners.adalora.gptq
 +0.19 AdaLoraConfig
 +0.6 .
 +0.7
  SVDQuantLinear.__init__(adapter_name,base_layer,config,init_lora_weights,lora_alpha,lora_dropout)
  SVDQuantLinear.__init__(r) SVDQuantLinear.forward,quant_linear_module
tuners.adalora.layer
 +0.18 AdaLoraLayer.update_layer(config,inference_mode)
 +0.19 AdaLoraConfig
 +0.20 SVDConv2d _skip_init_on_device
  SVDConv2d.__init__(adapter_name,base_layer,config,lora_alpha,r)
 +0.6 .
 +0.7 AdaLoraLayer.__init__(base_layer) AdaLoraLayer.lora_E,ranknum
  RankAllocator.__init__(adapter_name,model,peft_config)
  RankAllocator._combine_ipt,_element_score,_set_budget_scheduler,beta1,beta2,budget_schedule
  RankAllocator.exp_avg_ipt,exp_avg_unc,init_bgt,ipt,mask_to_budget,mask_using_rank_pattern
  RankAllocator.name_set,reset_ipt,set_total_step,target_bgt,update_and_allocate,update_ipt
  SVDLinear.__init__(adapter_name,base_layer,config,fan_in_fan_out,init_lora_weights,lora_alpha)
  SVDLinear.__init__(lora_dropout,r) SVDLinear.forward,get_delta_weight
 +0.8 check_adapters_to_merge
tuners.adalora.model
 +0.11 gather_params_ctx
 +0.15 get_gptqmodel_quant_linear
 +0.15-0.18 is_gptqmodel_available
 +0.19 get_device_map
 +0.20 SVDConv2d
 +0.6 . AdaLoraModel.__init__(adapter_name,config,model)
 +0.6-0.18 get_auto_gptq_quant_linear
 +0.6-0.6 AdaLoraModel._get_active_adapter SVDLinear4bit SVDLinear8bitLt
 +0.7 BaseTunerLayer
tuners.adamss
 +0.19 .
tuners.adamss.config
 +0.19
  AdamssConfig.__init__(asa_importance_beta,asa_schedule_exponent,asa_target_subspaces,asa_uncertainty_beta,auto_mapping,base_model_name_or_path)
  AdamssConfig.__init__(final_warmup,inference_mode,init_warmup,init_weights,layers_pattern,layers_to_transform)
  AdamssConfig.__init__(mask_interval,modules_to_save,num_subspaces,peft_type,peft_version,r)
  AdamssConfig.__init__(revision,subspace_rank,svd_threshold,target_modules,task_type,use_asa)
  AdamssConfig.__init__(use_dynamic_rank)
 +0.20 AdamssConfig.__init__(random_seed)
tuners.adamss.layer
 +0.19 AdamssLayer.__init__(base_layer)
  Linear.__init__(adapter_name,base_layer,config,init_weights,num_subspaces,r)
  Linear.__init__(subspace_rank,use_asa)
 +0.20 AdamssConfig
  AdamssLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
tuners.adamss.model
 +0.19 AdamssModel.__init__(adapter_name,config,low_cpu_mem_usage,model,state_dict)
 +0.21
  AdamssModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.adaption_prompt
 +0.15 register_peft_method
 +0.5 AdaptionPromptConfig.is_adaption_prompt,is_prompt_learning
 -0.6 ModelTypeConfig PeftConfig PeftType TRANSFORMERS_MODEL_CONFIG _freeze_adapter
  _get_submodules is_adaption_prompt_trainable llama_apply_rotary_pos_emb
  llama_compute_query_states llama_rotate_half prepare_config
tuners.adaption_prompt.config
 +0.17 gpt2_compute_query_states
 +0.18 AdaptionPromptConfig.__init__(peft_version)
 +0.6 .
  AdaptionPromptConfig.__init__(adapter_layers,adapter_len,auto_mapping,base_model_name_or_path,inference_mode,peft_type)
  AdaptionPromptConfig.__init__(revision,target_modules,task_type)
tuners.adaption_prompt.layer
 +0.17 AdaptedAttention.num_heads AdaptedAttentionGPT _BaseAdaptedAttention
 +0.6 .
 +0.7 AdaptedAttention.__init__(adapter_len,model,model_type)
  AdaptedAttention.adaption_gate,adaption_prompt,forward
tuners.adaption_prompt.model
 +0.17 AdaptedAttentionGPT
 +0.19 AdaptionPromptModel.set_adapter(inference_mode)
 +0.21
  AdaptionPromptModel._get_adapter_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,_temporarily_active,active_adapters,delete_adapter
 +0.6 . AdaptionPromptModel.__init__(adapter_name,configs,model)
tuners.adaption_prompt.utils
 +0.17 gpt2_compute_query_states
 +0.6 .
tuners.beft
 +0.20 .
tuners.beft.config
 +0.20
  BeftConfig.__init__(auto_mapping,base_model_name_or_path,inference_mode,init_weights,modules_to_save,peft_type)
  BeftConfig.__init__(peft_version,revision,target_modules,task_type)
tuners.beft.layer
 +0.20 BeftLayer.__init__(base_layer) Linear.__init__(adapter_name,base_layer,config)
tuners.beft.model
 +0.21
  BeftModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.boft
 +0.11 .
 +0.15 register_peft_method
tuners.boft.config
 +0.11
  BOFTConfig.__init__(auto_mapping,base_model_name_or_path,bias,boft_block_num,boft_block_size,boft_dropout)
  BOFTConfig.__init__(boft_n_butterfly_factor,fan_in_fan_out,inference_mode,init_weights,layers_pattern,layers_to_transform)
  BOFTConfig.__init__(modules_to_save,peft_type,revision,target_modules,task_type)
 +0.14 BOFTConfig.__init__(exclude_modules)
 +0.18 BOFTConfig.__init__(peft_version)
tuners.boft.layer
 +0.11 BOFTLayer.__init__(base_layer)
  Conv2d.__init__(adapter_name,base_layer,boft_block_num,boft_block_size,boft_dropout,boft_n_butterfly_factor)
  Conv2d.__init__(config,init_weights)
  Linear.__init__(adapter_name,base_layer,boft_block_num,boft_block_size,boft_dropout,boft_n_butterfly_factor)
  Linear.__init__(config,fan_in_fan_out,init_weights,is_target_conv_1d_layer)
 +0.12 BOFTLayer._move_adapter_to_device_of_base_layer
 +0.13 BOFTLayer.fbd_cuda_available
 +0.16 BOFTLayer._cast_input_dtype,cast_input_dtype_enabled
 +0.18 BOFTLayer._get_embed_scale,set_requires_grad BOFTLayer.update_layer(config,inference_mode)
  Conv2d.update_layer(config,inference_mode)
 +0.19 BOFTLayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20 BOFTConfig _get_in_out_features quantization_extra_repr resolve_quantization_backend
  BOFTLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
  Conv2d.extra_repr Linear.extra_repr
tuners.boft.model
 +0.11-0.16 BOFTModel.__init__(adapter_name,config,model)
 +0.11-0.17 BOFTConfig ModulesToSaveWrapper TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING
  _get_submodules check_target_module_exists BOFTModel._unloading_checks,get_peft_config_as_dict
  BOFTModel.delete_adapter(adapter_name)
  BOFTModel.merge_and_unload(adapter_names,progressbar,safe_merge)
  BOFTModel.set_adapter(adapter_name)
 +0.11-0.18 BOFTModel._set_adapter_layers
 +0.12 BOFTModel._cast_adapter_dtype
 +0.13 BOFTModel._get_tied_target_modules,get_model_config
 +0.13-0.16 BOFTModel.__init__(low_cpu_mem_usage)
 +0.13-0.17 onload_layer
 +0.16 BOFTModel._check_target_module_compatiblity
 +0.16-0.17 BOFTModel._delete_auxiliary_adapter
 +0.17 BOFTModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18
  BOFTModel._check_tied_modules,_get_module_names_tied_with_embedding,set_requires_grad,target_module_mapping,tuner_layer_cls
  TRANSFORMERS_MODELS_TO_BOFT_TARGET_MODULES_MAPPING
 +0.18-0.18 BOFTModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  BOFTModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.20 _get_tuner_layer_class get_quantization_kwargs resolve_quantization_backend
 +0.21
  BOFTModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.bone
 +0.14-0.18 .
 +0.15-0.18 register_peft_method
tuners.bone.config
 +0.14-0.18
  BoneConfig.__init__(auto_mapping,base_model_name_or_path,bias,exclude_modules,inference_mode,init_weights)
  BoneConfig.__init__(layers_pattern,layers_to_transform,modules_to_save,peft_type,r,revision)
  BoneConfig.__init__(target_modules,task_type)
 +0.18-0.18 BoneConfig.__init__(peft_version)
tuners.bone.layer
 +0.14-0.18 BoneLayer.__init__(base_layer)
  BoneLinear.__init__(adapter_name,base_layer,init_weights,r)
 +0.16-0.18 BoneLayer._cast_input_dtype,cast_input_dtype_enabled
 +0.18-0.18 BoneLayer._get_embed_scale,set_requires_grad
tuners.bone.model
 +0.14-0.17 BoneConfig ModulesToSaveWrapper TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING
  _get_submodules check_target_module_exists BoneModel._unloading_checks,get_peft_config_as_dict
  BoneModel.delete_adapter(adapter_name)
  BoneModel.merge_and_unload(adapter_names,progressbar,safe_merge)
  BoneModel.set_adapter(adapter_name)
 +0.16-0.17 BoneModel._delete_auxiliary_adapter
 +0.16-0.18 BoneModel._check_target_module_compatiblity
 +0.17-0.18 BoneModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18-0.18
  BoneModel._add_modules_to_tie,_check_tied_modules,_get_module_names_tied_with_embedding,set_auxiliary_adapters,set_requires_grad,target_module_mapping
  BoneModel.tuner_layer_cls TRANSFORMERS_MODELS_TO_BONE_TARGET_MODULES_MAPPING
tuners.c3a
 +0.16 .
tuners.c3a.config
 +0.16
  C3AConfig.__init__(auto_mapping,base_model_name_or_path,bias,block_size,block_size_pattern,inference_mode)
  C3AConfig.__init__(init_weights,layers_pattern,layers_to_transform,modules_to_save,peft_type,revision)
  C3AConfig.__init__(target_modules,task_type)
 +0.18 C3AConfig.__init__(peft_version)
tuners.c3a.layer
 +0.16 C3ALayer.__init__(base_layer)
  C3ALinear.__init__(adapter_name,base_layer,block_size,config,init_weights)
 +0.18 C3ALayer._get_embed_scale,set_requires_grad C3ALayer.update_layer(config,inference_mode)
 +0.19 C3ALayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20 C3AConfig
  C3ALayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
tuners.c3a.model
 +0.16-0.16 C3AModel.__init__(adapter_name,config,low_cpu_mem_usage,model)
 +0.16-0.17 C3AConfig ModulesToSaveWrapper _get_submodules check_target_module_exists
  C3AModel._delete_auxiliary_adapter,_unloading_checks,get_peft_config_as_dict
  C3AModel.merge_and_unload(adapter_names,progressbar,safe_merge)
  C3AModel.set_adapter(adapter_name)
 +0.16-0.18 C3AModel._set_adapter_layers
 +0.17 C3AModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18
  C3AModel._check_tied_modules,_get_module_names_tied_with_embedding,delete_adapter,set_requires_grad,target_module_mapping,tuner_layer_cls
 +0.18-0.18 C3AModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  C3AModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  C3AModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.cartridge
 +0.19 .
tuners.cartridge.config
 +0.19
  CartridgeConfig.__init__(auto_mapping,base_model_name_or_path,inference_mode,modules_to_save,num_attention_heads,num_frozen_tokens)
  CartridgeConfig.__init__(num_layers,num_transformer_submodules,num_virtual_tokens,peft_type,peft_version,revision)
  CartridgeConfig.__init__(task_type,token_dim)
tuners.cartridge.model
 +0.19 CartridgeEncoder.__init__(config)
 +0.21 BasePromptEncoder
  CartridgeEncoder._get_adapter_state_dict,_load_adapter_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key
tuners.cpt
 +0.14 .
 +0.15 register_peft_method
tuners.cpt.config
 +0.14
  CPTConfig.__init__(auto_mapping,base_model_name_or_path,cpt_mask,cpt_token_ids,cpt_tokens_type_mask,inference_mode)
  CPTConfig.__init__(num_attention_heads,num_layers,num_transformer_submodules,num_virtual_tokens,opt_loss_decay_factor,opt_projection_epsilon)
  CPTConfig.__init__(opt_projection_format_epsilon,opt_weighted_loss_type,peft_type,revision,task_type,token_dim)
  CPTConfig.__init__(tokenizer_name_or_path)
 +0.16 TaskType
 +0.17 CPTConfig.__init__(modules_to_save)
 +0.18 CPTConfig.__init__(peft_version)
tuners.cpt.model
 +0.14 CPTEmbedding.__init__(config,word_embeddings)
 +0.21 BasePromptEncoder
  CPTEmbedding._get_adapter_state_dict,_load_adapter_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key
tuners.deft
 +0.20 .
tuners.deft.config
 +0.20
  DeftConfig.__init__(alpha,auto_mapping,base_model_name_or_path,bias,decomposition_method,deft_dropout)
  DeftConfig.__init__(exclude_modules,fan_in_fan_out,inference_mode,init_scale,init_weights,layers_pattern)
  DeftConfig.__init__(layers_to_transform,modules_to_save,para,peft_type,peft_version,r)
  DeftConfig.__init__(revision,target_modules,task_type)
tuners.deft.layer
 +0.20 DeftLayer.__init__(base_layer) DeftLinear.__init__(adapter_name,base_layer,config,r)
tuners.deft.model
 +0.21
  DeftModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.delora
 +0.18 .
tuners.delora.config
 +0.18
  DeloraConfig.__init__(auto_mapping,base_model_name_or_path,bias,delora_lambda,exclude_modules,inference_mode)
  DeloraConfig.__init__(init_weights,lambda_pattern,layers_pattern,layers_to_transform,module_dropout,modules_to_save)
  DeloraConfig.__init__(peft_type,peft_version,r,rank_pattern,revision,target_modules)
  DeloraConfig.__init__(task_type)
tuners.delora.layer
 +0.18 DeloraLayer.__init__(base_layer)
  DeloraLinear.__init__(adapter_name,base_layer,config,delora_lambda,init_weights,module_dropout)
  DeloraLinear.__init__(r)
 +0.19 DeloraLayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20 DeloraConfig
  DeloraLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
tuners.delora.model
 +0.18-0.18 DeloraModel._add_modules_to_tie,_set_adapter_layers,set_auxiliary_adapters
 +0.19
  DeloraModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  DeloraModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.fourierft
 +0.12 .
 +0.15 register_peft_method
tuners.fourierft.config
 +0.12
  FourierFTConfig.__init__(auto_mapping,base_model_name_or_path,bias,fan_in_fan_out,inference_mode,init_weights)
  FourierFTConfig.__init__(layers_pattern,layers_to_transform,modules_to_save,n_frequency,n_frequency_pattern,peft_type)
  FourierFTConfig.__init__(random_loc_seed,revision,scaling,target_modules,task_type)
 +0.14 FourierFTConfig.__init__(exclude_modules)
 +0.18 FourierFTConfig.__init__(peft_version)
tuners.fourierft.layer
 +0.12 FourierFTLayer.__init__(base_layer)
  FourierFTLinear.__init__(adapter_name,base_layer,config,fan_in_fan_out,init_weights,n_frequency)
  FourierFTLinear.__init__(random_loc_seed,scaling)
 +0.12-0.18 FourierFTLinear.get_delta_weight(adapter)
 +0.16 FourierFTLayer._cast_input_dtype
 +0.18 FourierFTLayer._get_embed_scale,set_requires_grad
  FourierFTLayer.update_layer(config,inference_mode)
 +0.19 FourierFTLayer._get_base_layer_device_and_dtype,supports_lora_conversion transpose
 +0.20 FourierFTConfig
  FourierFTLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
tuners.fourierft.model
 +0.12-0.16 FourierFTModel.__init__(adapter_name,config,model)
 +0.12-0.17 FourierFTConfig ModulesToSaveWrapper _get_submodules check_target_module_exists
  FourierFTModel._unloading_checks,get_peft_config_as_dict
  FourierFTModel.delete_adapter(adapter_name)
  FourierFTModel.merge_and_unload(adapter_names,progressbar,safe_merge)
  FourierFTModel.set_adapter(adapter_name)
 +0.12-0.18 FourierFTModel._set_adapter_layers
 +0.13 FourierFTModel._get_tied_target_modules,get_model_config
 +0.13-0.16 FourierFTModel.__init__(low_cpu_mem_usage)
 +0.16 FourierFTModel._check_target_module_compatiblity
 +0.16-0.17 FourierFTModel._delete_auxiliary_adapter
 +0.17 FourierFTModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18
  FourierFTModel._check_tied_modules,_get_module_names_tied_with_embedding,set_requires_grad,target_module_mapping,tuner_layer_cls
 +0.18-0.18 FourierFTModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  FourierFTModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  FourierFTModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.frod
 +0.20 .
tuners.frod.config
 +0.20
  FrodConfig.__init__(auto_mapping,base_model_name_or_path,bias,fan_in_fan_out,frod_dropout,inference_mode)
  FrodConfig.__init__(init_weights,layers_pattern,layers_to_transform,modules_to_save,peft_type,peft_version)
  FrodConfig.__init__(progressbar,projection_prng_key,regularization_alpha,revision,runtime_offload_base_weight,save_projection)
  FrodConfig.__init__(sparse_rate,target_modules,task_type)
tuners.frod.layer
 +0.20 FrodLayer.__init__(base_layer)
  Linear.__init__(adapter_name,base_layer,config,frod_V,frod_s_indices,frod_s_size)
  Linear.__init__(is_target_conv_1d_layer)
 +0.20-0.20 FrodLayer._frod_merged_delta
 +0.21 FrodLayer._base_weight_before_merge,_get_base_weight_before_merge
tuners.frod.model
 +0.21
  FrodModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.glora
 +0.20 .
tuners.glora.config
 +0.20
  GloraConfig.__init__(auto_mapping,base_model_name_or_path,bias,config_A_B,config_C,config_D_E)
  GloraConfig.__init__(inference_mode,init_weights,modules_to_save,peft_type,peft_version,r)
  GloraConfig.__init__(revision,target_modules,task_type)
tuners.glora.layer
 +0.20 GloraLayer.__init__(base_layer) GloraLinear.__init__(adapter_name,base_layer,config)
tuners.glora.model
 +0.21
  GloraModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.gralora
 +0.19 .
tuners.gralora.config
 +0.19
  GraloraConfig.__init__(alpha,auto_mapping,base_model_name_or_path,bias,fan_in_fan_out,gralora_dropout)
  GraloraConfig.__init__(gralora_k,hybrid_r,inference_mode,init_weights,layers_pattern,layers_to_transform)
  GraloraConfig.__init__(modules_to_save,peft_type,peft_version,r,revision,target_modules)
  GraloraConfig.__init__(task_type)
tuners.gralora.layer
 +0.19 GraloraLayer.__init__(base_layer)
  Linear.__init__(adapter_name,alpha,base_layer,config,fan_in_fan_out,gralora_dropout)
  Linear.__init__(gralora_k,hybrid_r,init_weights,module_name,r)
 +0.19-0.19 GraloraLayer.update_layer(alpha,gralora_dropout,gralora_k,hybrid_r,init_weights)
 +0.20 GraloraConfig
  GraloraLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
  GraloraLayer.update_layer(config)
tuners.gralora.model
 +0.21
  GraloraModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.hira
 +0.20 . __getattr__(name)
tuners.hira.config
 +0.20
  HiraConfig.__init__(auto_mapping,base_model_name_or_path,exclude_modules,fan_in_fan_out,hira_dropout,inference_mode)
  HiraConfig.__init__(init_weights,layers_pattern,layers_to_transform,modules_to_save,peft_type,peft_version)
  HiraConfig.__init__(r,rank_pattern,revision,target_modules,task_type)
tuners.hira.layer
 +0.20 Embedding.__init__(adapter_name,base_layer,config,fan_in_fan_out,r)
  HiraLayer.__init__(base_layer,ephemeral_gpu_offload)
  Linear.__init__(adapter_name,base_layer,config,fan_in_fan_out,is_target_conv_1d_layer,r)
 +0.20-0.20 Conv2d._caches Conv3d._caches HiraLayer._caches
 +0.21 Conv2d._base_weight_before_merge,_get_base_weight_before_merge,_merge,_unmerge
  Conv3d._base_weight_before_merge,_get_base_weight_before_merge,_merge,_unmerge
  HiraLayer._base_weight_before_merge,_get_base_weight_before_merge,_merge,_unmerge
tuners.hira.model
 +0.21
  HiraModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.hra
 +0.12 .
 +0.15 register_peft_method
tuners.hra.config
 +0.12
  HRAConfig.__init__(apply_GS,auto_mapping,base_model_name_or_path,bias,inference_mode,init_weights)
  HRAConfig.__init__(layers_pattern,layers_to_transform,modules_to_save,peft_type,r,revision)
  HRAConfig.__init__(target_modules,task_type)
 +0.14 HRAConfig.__init__(exclude_modules)
 +0.18 HRAConfig.__init__(peft_version)
tuners.hra.layer
 +0.12 HRAConv2d.__init__(adapter_name,apply_GS,base_layer,config,init_weights,r)
  HRALayer.__init__(base_layer)
  HRALinear.__init__(adapter_name,apply_GS,base_layer,config,init_weights,r)
 +0.16 HRALayer._cast_input_dtype,cast_input_dtype_enabled
 +0.18 HRALayer._get_embed_scale,set_requires_grad
 +0.19 HRALayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20 HRAConfig
  HRALayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
tuners.hra.model
 +0.12-0.17 HRAConfig ModulesToSaveWrapper TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING
  _get_submodules check_target_module_exists HRAModel._unloading_checks,get_peft_config_as_dict
  HRAModel.delete_adapter(adapter_name)
  HRAModel.merge_and_unload(adapter_names,progressbar,safe_merge)
  HRAModel.set_adapter(adapter_name)
 +0.12-0.18 HRAModel._set_adapter_layers
 +0.13 HRAModel._get_tied_target_modules,get_model_config
 +0.16 HRAModel._check_target_module_compatiblity
 +0.16-0.17 HRAModel._delete_auxiliary_adapter
 +0.17 HRAModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18
  HRAModel._check_tied_modules,_get_module_names_tied_with_embedding,set_requires_grad,target_module_mapping,tuner_layer_cls
  TRANSFORMERS_MODELS_TO_HRA_TARGET_MODULES_MAPPING
 +0.18-0.18 HRAModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  HRAModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  HRAModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.ia3
 +0.14 Conv3d
 +0.15 register_peft_method
 +0.5 IA3Config.is_adaption_prompt,is_prompt_learning
  IA3Model._check_new_adapter_config,_create_and_replace,_mark_only_adapters_as_trainable,_prepare_adapter_config,config,inject_adapter
  IA3Model.merge_adapter,unmerge_adapter
 +0.5-0.6 BaseTuner BaseTunerLayer _is_valid_match
 +0.6 IA3Model.active_adapter,active_adapters
  Linear.__init__(adapter_name,fan_in_fan_out,in_features,is_feedforward,out_features)
  Linear._active_adapter,_all_available_adapter_names,_disable_adapters,active_adapter,active_adapters,adapter_layer_names
  Linear.delete_adapter,disable_adapters,enable_adapters,forward,ia3_l,merge
  Linear.merged,merged_adapters,other_param_names,reset_ia3_parameters,scaling,set_adapter
  Linear.unmerge,update_layer,weight
 +0.7 Conv2d is_bnb_4bit_available __getattr__(name)
 -0.4 _freeze_adapter mark_only_ia3_as_trainable
 -0.4+0.7
  IA3Model._check_quantization_dependency,_find_and_replace,_is_valid_match,_prepare_ia3_config,add_adapter
 -0.6 Linear8bitLt ModulesToSaveWrapper PeftConfig PeftType
  TRANSFORMERS_MODELS_TO_IA3_FEEDFORWARD_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_IA3_TARGET_MODULES_MAPPING _get_submodules transpose
tuners.ia3.bnb
 +0.20 IA3Config
 +0.6 .
tuners.ia3.config
 +0.14 IA3Config.__init__(exclude_modules)
 +0.18 IA3Config.__init__(peft_version)
 +0.6 .
  IA3Config.__init__(auto_mapping,base_model_name_or_path,fan_in_fan_out,feedforward_modules,inference_mode,init_ia3_weights)
  IA3Config.__init__(modules_to_save,peft_type,revision,target_modules,task_type)
tuners.ia3.layer
 +0.10 Conv2d.bias IA3Layer.bias
 +0.11 Conv2d._get_available_adapters IA3Layer._get_available_adapters
 +0.12 Conv2d._move_adapter_to_device_of_base_layer IA3Layer._move_adapter_to_device_of_base_layer
 +0.14 Conv2d._kernel_dim Conv3d _ConvNd
 +0.16 Conv2d._cast_input_dtype Conv3d._cast_input_dtype IA3Layer._cast_input_dtype
 +0.18 Conv2d._get_embed_scale,set_requires_grad Conv3d._get_embed_scale,set_requires_grad
  IA3Layer._get_embed_scale,set_requires_grad IA3Layer.update_layer(config,inference_mode)
 +0.19 Conv2d._get_base_layer_device_and_dtype,supports_lora_conversion
  Conv3d._get_base_layer_device_and_dtype,supports_lora_conversion
  IA3Layer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20
  Conv2d._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
  Conv3d._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
  IA3Config
  IA3Layer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
 +0.21 Conv2d._get_ia3_scaling_for_weight Conv3d._get_ia3_scaling_for_weight
 +0.6 .
  Conv2d.__init__(adapter_name,base_layer,fan_in_fan_out,in_channels,init_ia3_weights,is_feedforward)
  Conv2d.__init__(kernel_size,out_channels,padding,stride)
  Linear.__init__(adapter_name,base_layer,config,fan_in_fan_out,in_features,init_ia3_weights)
  Linear.__init__(is_feedforward,is_target_conv_1d_layer,out_features)
 +0.6-0.13 Conv2d.forward(x) Conv2d.merge(safe_merge)
  Conv2d.update_layer(adapter_name,init_ia3_weights)
 +0.6-0.6 Conv2d._conv2d,other_layer_names,scaling Linear._linear,other_layer_names,scaling
 +0.6-0.7 Linear.update_layer(adapter_name,init_ia3_weights)
 +0.7 Conv2d.base_layer,get_base_layer,weight IA3Layer.__init__(base_layer,is_feedforward)
  IA3Layer._active_adapter,_all_available_adapter_names,_disable_adapters,active_adapter,active_adapters,adapter_layer_names
  IA3Layer.delete_adapter,disable_adapters,enable_adapters,get_base_layer,ia3_l,in_features
  IA3Layer.merge,merged,merged_adapters,other_param_names,out_features,reset_ia3_parameters
  IA3Layer.set_adapter,unmerge,update_layer,weight Linear.merge(adapter_names)
 +0.7-0.13 Conv2d.merge(adapter_names)
 +0.8 check_adapters_to_merge
tuners.ia3.model
 +0.10 IA3Model._check_merge_allowed,_prepare_model
 +0.11 IA3Model._pre_injection_hook
 +0.12 IA3Model._cast_adapter_dtype,_check_add_weighted_adapter,add_weighted_adapter
  _freeze_adapter
 +0.13 IA3Model._get_tied_target_modules,get_model_config
 +0.13-0.16 IA3Model.__init__(low_cpu_mem_usage)
 +0.14 Conv3d
 +0.16 IA3Model._check_target_module_compatiblity
 +0.16-0.17 IA3Model._delete_auxiliary_adapter
 +0.17 IA3Model._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18
  IA3Model._check_tied_modules,_get_module_names_tied_with_embedding,set_requires_grad,target_module_mapping,tuner_layer_cls
 +0.18-0.18 IA3Model._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  IA3Model._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  IA3Model._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
 +0.6 .
 +0.6-0.16 IA3Model.__init__(adapter_name,config,model)
 +0.6-0.17 IA3Model.get_peft_config_as_dict IA3Model.merge_and_unload(safe_merge)
  IA3Model.set_adapter(adapter_name) check_target_module_exists
 +0.6-0.18 IA3Model._set_adapter_layers
 +0.6-0.6 IA3Model.config Linear4bit Linear8bitLt
 +0.7 BaseTunerLayer IA3Model._unload_and_optionally_merge,delete_adapter,prefix,unload
 +0.7-0.17 IA3Model._unloading_checks IA3Model.delete_adapter(adapter_name)
  IA3Model.merge_and_unload(adapter_names)
 +0.8 IA3Model.targeted_module_names
tuners.lily
 +0.19 .
tuners.lily.config
 +0.19
  LilyConfig.__init__(auto_mapping,base_model_name_or_path,exclude_modules,inference_mode,init_weights,layers_pattern)
  LilyConfig.__init__(layers_to_transform,modules_to_save,num_B,peft_type,peft_version,r)
  LilyConfig.__init__(revision,scaling,stride_A,target_modules,task_type)
tuners.lily.layer
 +0.19 LilyLayer.__init__(base_layer)
  Linear.__init__(adapter_name,base_layer,config,init_weights,lily_A,lily_B)
  Linear.__init__(num_B,r,scaling,stride_A)
 +0.19-0.19 LilyLayer.update_layer(inference_mode,init_weights,num_B,scaling,stride_A)
 +0.20 LilyConfig
  LilyLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
  LilyLayer.update_layer(config)
tuners.lily.model
 +0.21
  LilyModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.ln_tuning
 +0.11 .
 +0.15 register_peft_method
tuners.ln_tuning.config
 +0.11
  LNTuningConfig.__init__(auto_mapping,base_model_name_or_path,inference_mode,modules_to_save,peft_type,revision)
  LNTuningConfig.__init__(target_modules,task_type)
 +0.14 LNTuningConfig.__init__(exclude_modules)
 +0.18 LNTuningConfig.__init__(peft_version)
tuners.ln_tuning.layer
 +0.18 _get_in_out_features
 +0.20 LNTuningConfig
tuners.ln_tuning.model
 +0.11-0.16 LNTuningModel.__init__(adapter_name,config,model)
 +0.11-0.17 LNTuningModel.merge_and_unload(adapter_names,progressbar,safe_merge)
  LNTuningModel.set_adapter(adapter_name) ModulesToSaveWrapper check_target_module_exists
 +0.11-0.18 LNTuningModel._set_adapter_layers
 +0.12 LNTuningModel._cast_adapter_dtype
 +0.13 LNTuningModel._get_tied_target_modules,get_model_config
 +0.13-0.16 LNTuningModel.__init__(low_cpu_mem_usage)
 +0.16 LNTuningModel._check_target_module_compatiblity
 +0.16-0.17 LNTuningModel._delete_auxiliary_adapter
 +0.17 LNTuningModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18
  LNTuningModel._check_tied_modules,_get_module_names_tied_with_embedding,delete_adapter,set_requires_grad,target_module_mapping,tuner_layer_cls
 +0.18-0.18 LNTuningModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  LNTuningModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  LNTuningModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.loha
 +0.15 register_peft_method
 +0.6 .
tuners.loha.config
 +0.14 LoHaConfig.__init__(exclude_modules) LoHaConfig.check_kwargs
 +0.18 LoHaConfig.__init__(peft_version) LoHaConfig._get_peft_version
 +0.6
  LoHaConfig.__init__(alpha,alpha_pattern,auto_mapping,base_model_name_or_path,inference_mode,init_weights)
  LoHaConfig.__init__(layers_pattern,layers_to_transform,module_dropout,modules_to_save,peft_type,r)
  LoHaConfig.__init__(rank_dropout,rank_pattern,revision,target_modules,task_type,use_effective_conv2d)
 +0.8 LoHaConfig.from_peft_type
tuners.loha.layer
 +0.10 LoHaLayer.bias
 +0.11 LoHaLayer._get_available_adapters
 +0.12 LoHaLayer._move_adapter_to_device_of_base_layer
 +0.14 LoHaLayer.rank_dropout_scale
 +0.16 LoHaLayer._cast_input_dtype,cast_input_dtype_enabled
 +0.18 Conv1d LoHaLayer._get_embed_scale,in_features,out_features,set_requires_grad
 +0.19 LoHaLayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20 LoHaConfig
  LoHaLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
 +0.21 LoHaLayer.get_delta_weight(apply_rank_dropout)
 +0.6 Conv2d.__init__(adapter_name,alpha,base_layer,bias,config,device)
  Conv2d.__init__(dilation,dtype,groups,in_channels,init_weights,kernel_size)
  Conv2d.__init__(module_dropout,out_channels,padding,padding_mode,r,rank_dropout)
  Conv2d.__init__(stride,use_effective_conv2d)
  Linear.__init__(adapter_name,alpha,base_layer,bias,config,device)
  Linear.__init__(dtype,in_features,init_weights,module_dropout,out_features,r)
  Linear.__init__(rank_dropout)
 +0.6-0.6 LoHaLayer._op
 +0.7 LoHaLayer.__init__(base_layer)
  LoHaLayer._get_delta_activations,get_base_layer,reset_adapter_parameters_random,weight
  LoHaLayer.forward(x)
tuners.loha.model
 +0.10 LoHaModel._check_merge_allowed,_prepare_model
 +0.11 LoHaModel._pre_injection_hook
 +0.12 LoHaModel._cast_adapter_dtype
 +0.13 LoHaModel._get_tied_target_modules,get_model_config
 +0.15 get_pattern_key
 +0.16 LoHaModel._check_target_module_compatiblity
 +0.16-0.17 LoHaModel._delete_auxiliary_adapter
 +0.17 LoHaModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
  TRANSFORMERS_MODELS_TO_LOHA_TARGET_MODULES_MAPPING
 +0.18 Conv1d
  LoHaModel._check_tied_modules,_get_module_names_tied_with_embedding,set_requires_grad,target_module_mapping,tuner_layer_cls
 +0.18-0.18 LoHaModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  LoHaModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  LoHaModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
 +0.6-0.18 LoHaModel._set_adapter_layers
 +0.6-0.6 LoHaModel.config
 +0.7 LoHaModel.unload LycorisConfig
 +0.7-0.17 LoHaModel._unloading_checks
 +0.8 LoHaModel.targeted_module_names
tuners.lokr
 +0.15 register_peft_method
 +0.6 .
tuners.lokr.config
 +0.14 LoKrConfig.__init__(exclude_modules,rank_dropout_scale) LoKrConfig.check_kwargs
 +0.18 LoKrConfig.__init__(peft_version) LoKrConfig._get_peft_version
 +0.6
  LoKrConfig.__init__(alpha,alpha_pattern,auto_mapping,base_model_name_or_path,decompose_both,decompose_factor)
  LoKrConfig.__init__(inference_mode,init_weights,layers_pattern,layers_to_transform,module_dropout,modules_to_save)
  LoKrConfig.__init__(peft_type,r,rank_dropout,rank_pattern,revision,target_modules)
  LoKrConfig.__init__(task_type,use_effective_conv2d)
 +0.8 LoKrConfig.from_peft_type
tuners.lokr.layer
 +0.10 LoKrLayer.bias
 +0.11 LoKrLayer._get_available_adapters
 +0.12 LoKrLayer._move_adapter_to_device_of_base_layer
 +0.14 LoKrLayer.rank_dropout_scale,reset_adapter_parameters_lycoris_way
 +0.16 LoKrLayer._cast_input_dtype,cast_input_dtype_enabled
 +0.18 Conv1d LoKrLayer._get_embed_scale,in_features,out_features,set_requires_grad
 +0.19 LoKrLayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20 LoKrConfig
  LoKrLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
 +0.21 LoKrLayer.get_delta_weight(apply_rank_dropout)
 +0.6 Conv2d.__init__(adapter_name,alpha,base_layer,bias,config,device)
  Conv2d.__init__(dilation,dtype,groups,in_channels,init_weights,kernel_size)
  Conv2d.__init__(module_dropout,out_channels,padding,padding_mode,r,rank_dropout)
  Conv2d.__init__(stride,use_effective_conv2d)
  Linear.__init__(adapter_name,alpha,base_layer,bias,config,device)
  Linear.__init__(dtype,in_features,init_weights,module_dropout,out_features,r)
  Linear.__init__(rank_dropout)
 +0.6-0.6 LoKrLayer._op
 +0.7 LoKrLayer.__init__(base_layer)
  LoKrLayer._get_delta_activations,get_base_layer,reset_adapter_parameters_random,weight
  LoKrLayer.forward(x)
tuners.lokr.model
 +0.10 LoKrModel._check_merge_allowed,_prepare_model
 +0.11 LoKrModel._pre_injection_hook
 +0.12 LoKrModel._cast_adapter_dtype
 +0.13 LoKrModel._get_tied_target_modules,get_model_config
 +0.15 get_pattern_key
 +0.16 LoKrModel._check_target_module_compatiblity
 +0.16-0.17 LoKrModel._delete_auxiliary_adapter
 +0.17 LoKrModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
  TRANSFORMERS_MODELS_TO_LOKR_TARGET_MODULES_MAPPING
 +0.18 Conv1d
  LoKrModel._check_tied_modules,_get_module_names_tied_with_embedding,set_requires_grad,target_module_mapping,tuner_layer_cls
 +0.18-0.18 LoKrModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  LoKrModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  LoKrModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
 +0.6-0.18 LoKrModel._set_adapter_layers
 +0.6-0.6 LoKrModel.config
 +0.7 LoKrModel.unload LycorisConfig
 +0.7-0.17 LoKrModel._unloading_checks
 +0.8 LoKrModel.targeted_module_names
tuners.lora
 +0.11 is_eetq_available
 +0.12 LoraRuntimeConfig
 +0.14 Conv3d EvaConfig get_eva_state_dict initialize_lora_eva_weights
 +0.15 GPTQLoraLinear register_peft_method
 +0.17 ParamWrapper
 +0.18 ArrowConfig create_arrow_model
 +0.19 BdLoraConfig LoraGAConfig convert_to_lora preprocess_loraga save_as_lora
 +0.20 MontecloraConfig VeloraConfig
 +0.21 KasaConfig
 +0.5 LoraConfig.is_adaption_prompt,is_prompt_learning
  LoraModel._check_new_adapter_config,_create_and_replace,_get_active_adapter,_mark_only_adapters_as_trainable,_prepare_adapter_config,inject_adapter
  LoraModel.add_weighted_adapter(svd_clamp,svd_driver,svd_full_matrices,svd_rank)
  LoraModel.merge_and_unload(progressbar)
 +0.5-0.14 QuantLinear
 +0.5-0.6 BaseTuner BaseTunerLayer get_auto_gptq_quant_linear get_quantization_config
 +0.6 Conv2d.__init__(adapter_name,in_channels,kernel_size,lora_alpha,lora_dropout,out_channels)
  Conv2d.__init__(padding,r,stride)
  Conv2d._active_adapter,_all_available_adapter_names,_disable_adapters,active_adapter,active_adapters,adapter_layer_names
  Conv2d.delete_adapter,disable_adapters,enable_adapters,forward,get_delta_weight,in_features
  Conv2d.kwargs,lora_A,lora_B,lora_embedding_A,lora_embedding_B,merge
  Conv2d.merged,merged_adapters,other_param_names,out_features,reset_lora_parameters,scaling
  Conv2d.set_adapter,unmerge,update_layer,update_layer_conv2d,update_layer_embedding
  Linear.__init__(adapter_name,fan_in_fan_out,in_features,is_target_conv_1d_layer,lora_alpha,lora_dropout)
  Linear.__init__(out_features,r)
  Linear._active_adapter,_all_available_adapter_names,_disable_adapters,active_adapter,active_adapters,adapter_layer_names
  Linear.delete_adapter,disable_adapters,enable_adapters,forward,get_delta_weight,kwargs
  Linear.lora_A,lora_B,lora_embedding_A,lora_embedding_B,merge,merged
  Linear.merged_adapters,other_param_names,reset_lora_parameters,scaling,set_adapter,unmerge
  Linear.update_layer,update_layer_conv2d,update_layer_embedding
  LoraModel.active_adapter,active_adapters
 +0.7 LoftQConfig __getattr__(name)
 -0.4 CLAMP_QUANTILE mark_only_lora_as_trainable
 -0.4+0.7
  LoraModel._check_quantization_dependency,_find_and_replace,_prepare_lora_config,add_adapter
 -0.6 COMMON_LAYERS_PATTERN Linear4bit Linear8bitLt ModulesToSaveWrapper PeftConfig PeftType
  TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING _freeze_adapter _get_submodules transpose
tuners.lora.aqlm
 +0.19 LoraConfig
 +0.9 .
tuners.lora.arrow
 +0.18 .
tuners.lora.awq
 +0.19 LoraConfig is_gptqmodel_available
 +0.20 is_gptqmodel_awq_layer
 +0.9 .
 +0.9-0.18 is_auto_awq_available
tuners.lora.bnb
 +0.10 dequantize_bnb_weight
 +0.16 LoraVariant
 +0.18 VARIANT_KWARG_KEYS
 +0.18-0.18 ArrowConfig
 +0.19 LoraConfig
 +0.6 .
 +0.8 BaseTunerLayer check_adapters_to_merge dispatch_bnb_4bit dispatch_bnb_8bit
tuners.lora.config
 +0.10 LoraConfig.__init__(layer_replication)
 +0.12 LoraConfig.__init__(runtime_config) LoraConfig._custom_modules,_register_custom_module
  LoraRuntimeConfig LoraRuntimeConfig.__init__(ephemeral_gpu_offload)
 +0.14 EvaConfig
  EvaConfig.__init__(adjust_scaling_factors,label_mask_value,rho,tau,use_label_mask,whiten)
  LoraConfig.__init__(eva_config,exclude_modules,lora_bias)
 +0.15 CordaConfig LoraConfig.__init__(corda_config,trainable_token_indices)
 +0.16 LoraConfig.__init__(qalora_group_size,use_qalora)
 +0.17 LoraConfig.__init__(target_parameters)
 +0.18 ArrowConfig
  ArrowConfig.__init__(gks_adapter_names,rng_seed,router_temperature,task_adapter_names,top_k,use_gks)
  LoraConfig.__init__(alora_invocation_tokens,arrow_config,ensure_weight_tying,peft_version)
  LoraConfig.modules_to_tie
 +0.19 BdLoraConfig LoraGAConfig
  BdLoraConfig.__init__(match_strict,nblocks,target_modules_bd_a,target_modules_bd_b)
  LoraConfig.__init__(lora_ga_config,use_bdlora) LoraConfig.target_modules_to_tie
  LoraGAConfig.__init__(direction,scale,stable_gamma)
 +0.20 LoraConfig.__init__(monteclora_config,velora_config) MontecloraConfig VeloraConfig
  MontecloraConfig.__init__(buffer_size,dirichlet_prior,kl_loss_weight,num_samples,sample_scaler,use_entropy)
  VeloraConfig.__init__(init_type,num_groups,scale)
 +0.21 KasaConfig _get_lora_subconfig KasaConfig.__init__(beta,gamma)
  LoraConfig.__init__(kasa_config)
 +0.6 .
  LoraConfig.__init__(alpha_pattern,auto_mapping,base_model_name_or_path,bias,fan_in_fan_out,inference_mode)
  LoraConfig.__init__(init_lora_weights,layers_pattern,layers_to_transform,lora_alpha,lora_dropout,modules_to_save)
  LoraConfig.__init__(peft_type,r,rank_pattern,revision,target_modules,task_type)
 +0.7 LoftQConfig LoftQConfig.__init__(loftq_bits,loftq_iter)
  LoraConfig.__init__(loftq_config,megatron_config,megatron_core)
 +0.8 LoraConfig.__init__(use_rslora)
 +0.9 LoraConfig.__init__(use_dora)
tuners.lora.conversion
 +0.19 .
 +0.20 _convert_miss_module_to_lora
tuners.lora.corda
 +0.15 .
tuners.lora.dora
 +0.12 .
 +0.13 DoraEmbeddingLayer
 +0.14 DoraConv3dLayer _DoraConvNdLayer
 +0.16 DoraConv1dLayer
 +0.19 ENABLE_DORA_CACHING cache_decorator
tuners.lora.eetq
 +0.11 .
 +0.19 LoraConfig
 +0.20 eetq_classes
tuners.lora.eva
 +0.14 .
 +0.15 MultiheadAttention
tuners.lora.gptq
 +0.15 GPTQLoraLinear is_gptqmodel_available
  GPTQLoraLinear.__init__(adapter_name,base_layer,config,init_lora_weights,lora_alpha,lora_bias)
  GPTQLoraLinear.__init__(lora_dropout,qalora_group_size,r,use_dora,use_qalora,use_rslora)
 +0.16 LoraVariant
 +0.19 LoraConfig
 +0.6 .
 +0.6-0.14 QuantLinear
 +0.7-0.14
  QuantLinear.__init__(adapter_name,base_layer,init_lora_weights,lora_alpha,lora_bias,lora_dropout)
  QuantLinear.__init__(r,use_dora,use_rslora) QuantLinear.forward,quant_linear_module
 +0.8 BaseTunerLayer dispatch_gptq
 +0.8-0.18 get_auto_gptq_quant_linear
tuners.lora.hqq
 +0.11 .
 +0.16 LoraVariant
 +0.19 LoraConfig
tuners.lora.inc
 +0.16 .
 +0.19 LoraConfig
tuners.lora.intruders
 +0.19 .
tuners.lora.layer
 +0.10 Conv2d._check_forward_args,_mixed_batch_forward,bias
  LoraLayer._check_forward_args,_mixed_batch_forward,bias
 +0.10-0.10 dequantize_bnb_weight
 +0.11 Conv2d._get_available_adapters,pissa_init LoraLayer._get_available_adapters,pissa_init
  dequantize_module_weight
 +0.12 Conv2d._move_adapter_to_device_of_base_layer,ephemeral_gpu_offload,olora_init
  LoraLayer._move_adapter_to_device_of_base_layer,ephemeral_gpu_offload,olora_init
 +0.12-0.13 Conv2d.dora_init(adapter_name)
 +0.12-0.15 DoraConv2dLayer DoraLinearLayer
 +0.13 get_bnb_param_type
 +0.13-0.15 DoraEmbeddingLayer Embedding.dora_init(adapter_name)
 +0.14 Conv2d._get_dora_factor_view,_kernel_dim,conv_fn,lora_bias Conv3d _ConvNd
  Embedding.update_layer(lora_bias) LoraLayer.lora_bias LoraLayer.update_layer(lora_bias)
 +0.14-0.15 Conv2d._get_dora_layer_class Conv3d._get_dora_layer_class,dora_init DoraConv3dLayer
  _DoraConvNdLayer
 +0.15 Conv1d MultiheadAttention skip_init_on_device
  Conv2d._cast_input_dtype,cast_input_dtype_enabled,corda_init
  Conv3d._cast_input_dtype,cast_input_dtype_enabled,corda_init
  LoraLayer._cast_input_dtype,cast_input_dtype_enabled,corda_init
 +0.16 Conv2d.lora_variant,orthogonal_init,resolve_lora_variant
  Conv3d.lora_variant,orthogonal_init,resolve_lora_variant Embedding.fan_in_fan_out
  LoraLayer.lora_variant,orthogonal_init,resolve_lora_variant
  LoraLayer.update_layer(arrow_config,config,inference_mode,qalora_group_size,use_alora,use_qalora)
  LoraVariant
 +0.16-0.19 Conv2d.resolve_lora_variant(config,use_dora)
  Conv3d.resolve_lora_variant(config,use_dora) Embedding.resolve_lora_variant(config,use_dora)
  Linear.resolve_lora_variant(arrow_config,config,use_alora,use_dora)
 +0.17 BufferDict ParamWrapper _LoraParameterProxy _register_parameter_or_buffer
  ParamWrapper.__init__(adapter_name,base_layer,config,fan_in_fan_out,init_lora_weights,is_target_conv_1d_layer)
  ParamWrapper.__init__(lora_alpha,lora_bias,lora_dropout,parameter_name,r,use_dora)
  ParamWrapper.__init__(use_rslora)
 +0.18 Conv2d._get_embed_scale,set_requires_grad,use_rslora
  Conv3d._get_embed_scale,set_requires_grad,use_rslora
  Embedding.update_layer(arrow_config,config,inference_mode)
  LoraLayer._get_embed_scale,set_requires_grad,use_rslora PeftWarning VARIANT_KWARG_KEYS
  _get_in_out_features
 +0.18-0.18 ArrowConfig
 +0.19 ALLOWED_COMPUTE_DTYPES UPCAST_DTYPES is_transformers_ge_v5_4_0 loftq_init
  Conv2d._get_base_layer_device_and_dtype,_get_in_out_features,lora_ga_init,supports_lora_conversion
  Conv3d._get_base_layer_device_and_dtype,_get_in_out_features,lora_ga_init,supports_lora_conversion
  Embedding.device_mesh,input_fns,output_fns,tp_layer
  LoraLayer._get_base_layer_device_and_dtype,_get_in_out_features,lora_ga_init,supports_lora_conversion
  LoraLayer.loftq_init(config) ParamWrapper._did_swap_in_out_features
 +0.19-0.20 _LoraEmbeddingAHolder
 +0.20
  Conv2d._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,lora_variants,mica_init,quantization_backend
  Conv2d.set_base_weight
  Conv3d._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,lora_variants,mica_init,quantization_backend
  Conv3d.set_base_weight
  LoraLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,lora_variants,mica_init,quantization_backend
  LoraLayer.set_base_weight LoraLayer.delete_adapter(adapter_name)
 +0.21 Conv2d._unmerged_base_weight Conv3d._unmerged_base_weight LoraEmbeddingATPHolder
  _LoraFactorsProxy is_transformers_dtensor_tp LoraLayer._unmerged_base_weight
  ParamWrapper._param_ndim,get_delta_factors
 +0.6 .
  Conv2d.__init__(adapter_name,base_layer,in_channels,init_lora_weights,kernel_size,lora_alpha)
  Conv2d.__init__(lora_dropout,out_channels,padding,r,stride,use_dora) Conv2d.__init__(use_rslora)
  Linear.__init__(adapter_name,arrow_config,base_layer,config,fan_in_fan_out,in_features)
  Linear.__init__(init_lora_weights,is_target_conv_1d_layer,lora_alpha,lora_bias,lora_dropout,out_features)
  Linear.__init__(r,use_alora,use_dora,use_rslora)
 +0.6-0.13 Conv2d.forward(x) Conv2d.get_delta_weight(adapter) Conv2d.merge(safe_merge)
 +0.6-0.6 Conv2d._conv2d,_init_empty_weights Linear._init_empty_weights,_linear
 +0.6-0.7 Conv2d.update_layer_conv2d,update_layer_embedding
  Linear.update_layer_conv2d,update_layer_embedding
 +0.7 Conv2d.base_layer,get_base_layer,loftq_init,weight
  Embedding.__init__(adapter_name,arrow_config,base_layer,config,fan_in_fan_out,init_lora_weights)
  Embedding.__init__(lora_alpha,lora_bias,lora_dropout,r,use_dora,use_rslora)
  Embedding._embed,forward,get_delta_weight Linear.merge(adapter_names)
  LoraLayer.__init__(base_layer,ephemeral_gpu_offload)
  LoraLayer._active_adapter,_all_available_adapter_names,_disable_adapters,active_adapter,active_adapters,adapter_layer_names
  LoraLayer.delete_adapter,disable_adapters,enable_adapters,get_base_layer,in_features,kwargs
  LoraLayer.loftq_init,lora_A,lora_B,lora_alpha,lora_dropout,lora_embedding_A
  LoraLayer.lora_embedding_B,merge,merged,merged_adapters,other_param_names,out_features
  LoraLayer.r,reset_lora_parameters,scale_layer,scaling,set_adapter,set_scale
  LoraLayer.unmerge,unscale_layer,update_layer,weight
 +0.7-0.13 Conv2d.merge(adapter_names)
 +0.7-0.7 LoraLayer.update_layer_conv2d,update_layer_embedding
 +0.8 Embedding.update_layer(adapter_name,init_lora_weights,lora_alpha,lora_dropout,r,use_rslora)
  LoraConfig check_adapters_to_merge dispatch_default LoraLayer.update_layer(use_rslora)
 +0.8-0.13
  Conv2d.update_layer(adapter_name,init_lora_weights,lora_alpha,lora_dropout,r,use_rslora)
 +0.9 Conv2d._cache_pop,_cache_store,_caches,lora_magnitude_vector,use_dora
  Embedding.update_layer(use_dora)
  LoraLayer._cache_pop,_cache_store,_caches,lora_magnitude_vector,use_dora
  LoraLayer.update_layer(use_dora) gather_params_ctx
 +0.9-0.11 Conv2d._apply_dora,_get_weight_norm LoraLayer._apply_dora,_get_weight_norm
 +0.9-0.13 Conv2d.update_layer(use_dora)
 +0.9-0.15 Conv2d.dora_init LoraLayer.dora_init
tuners.lora.loraga
 +0.19 .
tuners.lora.model
 +0.10 LoraModel._check_merge_allowed,_enable_peft_forward_hooks,_prepare_model
  _adapter_names_pre_forward_hook replicate_layers
 +0.11 LoraModel._check_add_weighted_adapter,_pre_injection_hook dispatch_eetq dispatch_hqq
  get_peft_model_state_dict
 +0.11-0.11 LoraModel.subtract_pissa_init
 +0.12 LoraModel._cast_adapter_dtype,subtract_mutated_init
 +0.13 LoraModel._get_tied_target_modules,get_model_config
 +0.13-0.16 LoraModel.__init__(low_cpu_mem_usage)
 +0.14 dispatch_torchao get_pattern_key
 +0.15 AuxiliaryTrainingWrapper
 +0.16 LoraModel._check_target_module_compatiblity dispatch_inc
 +0.16-0.17 LoraModel._delete_auxiliary_adapter
 +0.17 LoraModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
  ParamWrapper
 +0.18
  LoraModel._check_tied_modules,_get_module_names_tied_with_embedding,set_requires_grad,target_module_mapping,tuner_layer_cls
  _alora_offsets_pre_forward_hook
 +0.18-0.18 LoraModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  LoraModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
  TpInfo _get_encoder dispatch_transformer_engine find_parameter_name_by_module get_device_map
  is_transformers_ge_v5_4_0
 +0.20 LoraModel._get_monteclora_loss
 +0.21
  LoraModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_kasa_loss,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key
  LoraModel.uses_shared_state _maybe_shard_state_dict_for_tp _replace_layer_number_by_wildcard
  add_lora_tp_hooks_dtensor get_tp_plan_and_mesh is_transformers_dtensor_tp
  is_transformers_ge_v5_17_0
 +0.6 .
 +0.6-0.16 LoraModel.__init__(adapter_name,config,model)
 +0.6-0.17 LoraModel.delete_adapter(adapter_name) LoraModel.get_peft_config_as_dict
  LoraModel.merge_and_unload(progressbar,safe_merge) LoraModel.set_adapter(adapter_name)
  check_target_module_exists
 +0.6-0.18 LoraModel._set_adapter_layers
 +0.6-0.6 Linear4bit Linear8bitLt LoraModel.config
 +0.6-0.7 Embedding Linear QuantLinear get_auto_gptq_quant_linear
 +0.6-0.8 LoraModel._svd_weighted_adapter
 +0.7 LoraModel.prefix
 +0.7-0.17 LoraModel._unloading_checks LoraModel.merge_and_unload(adapter_names)
 +0.8 LoraModel.targeted_module_names dispatch_default dispatch_gptq dispatch_megatron
 +0.8-0.17 onload_layer
 +0.9
  LoraModel._generalized_task_arithmetic_weighted_adapter,_svd_generalized_task_arithmetic_weighted_adapter
  LoraModel.add_weighted_adapter(density,majority_sign_method) dare_linear dare_ties dispatch_aqlm
  dispatch_awq magnitude_prune task_arithmetic ties
tuners.lora.monteclora
 +0.20 .
tuners.lora.te
 +0.19 .
tuners.lora.torchao
 +0.14 .
tuners.lora.tp_layer
 +0.12 check_adapters_to_merge gather_params_ctx transpose
 +0.19 LoraConfig
 +0.20 get_default_module_allowlist
 +0.7 .
 +0.8 BaseTunerLayer dispatch_megatron
tuners.lora.variants
 +0.16 .
 +0.18 ALoraLinearVariant ArrowLinearVariant ArrowLoraLinearLayer PeftConfig
  calculate_alora_offsets get_alora_offsets_for_forward get_alora_offsets_for_generate
  is_alora_relevant_in_batch
 +0.19 BdLoraConfig BdLoraLinearVariant BlockDiagonalLinear LoraConfig
 +0.20 BufferDict LoraLayer MiCAEmbeddingVariant MiCALinearVariant MontecloraConfig
  MontecloraLinearVariant MontecloraSampler VeloraFunction VeloraLinearVariant _get_group_dim
  _normalize_projection _register_frozen_peft_weight _reshape_to_grouped_subtokens
 +0.21 KasaLinearVariant _kasa_layer_regularization_loss dequantize_module_weight
  gather_params_ctx
tuners.lora.velora
 +0.20 .
tuners.lycoris_utils
 +0.18 _get_in_out_features
 +0.6 .
 +0.6-0.17 ModulesToSaveWrapper _get_submodules check_target_module_exists
 +0.8 check_adapters_to_merge
tuners.miss
 +0.17 .
tuners.miss.config
 +0.17
  MissConfig.__init__(auto_mapping,base_model_name_or_path,bias,exclude_modules,inference_mode,init_weights)
  MissConfig.__init__(layers_pattern,layers_to_transform,mini_r,miss_dropout,modules_to_save,peft_type)
  MissConfig.__init__(r,revision,target_modules,task_type)
 +0.18 MissConfig.__init__(peft_version)
tuners.miss.layer
 +0.17 MissLayer.__init__(base_layer)
  MissLinear.__init__(adapter_name,base_layer,config,init_weights,mini_r,miss_dropout)
  MissLinear.__init__(r)
 +0.17-0.19 MissLinear.get_delta_weight(re) MissLinear.get_delta_weight_miss(re)
 +0.18 MissLayer._get_embed_scale,set_requires_grad
 +0.19 MissLayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20 MissConfig _get_in_out_features quantization_extra_repr resolve_quantization_backend
  MissLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
  MissLinear.extra_repr MissLinear.get_delta_weight(reverse)
  MissLinear.get_delta_weight_miss(reverse)
tuners.miss.model
 +0.17-0.17 MissConfig ModulesToSaveWrapper TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING
  _get_submodules check_target_module_exists
  MissModel._delete_auxiliary_adapter,_unloading_checks,get_peft_config_as_dict
  MissModel.delete_adapter(adapter_name)
  MissModel.merge_and_unload(adapter_names,progressbar,safe_merge)
  MissModel.set_adapter(adapter_name)
 +0.17-0.18 MissModel._set_adapter_layers
 +0.18
  MissModel._check_tied_modules,_get_module_names_tied_with_embedding,set_requires_grad,target_module_mapping,tuner_layer_cls
  TRANSFORMERS_MODELS_TO_MISS_TARGET_MODULES_MAPPING
 +0.18-0.18 MissModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  MissModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.20 _get_tuner_layer_class get_quantization_kwargs resolve_quantization_backend
 +0.21
  MissModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.mixed
 +0.7 .
tuners.mixed.model
 +0.10 MixedModel._check_merge_allowed,_prepare_model
 +0.11 MixedModel._pre_injection_hook
 +0.12 MixedModel._cast_adapter_dtype
 +0.13 MixedModel._get_tied_target_modules,get_model_config
 +0.16 MixedModel._check_target_module_compatiblity
 +0.16-0.17 MixedModel._delete_auxiliary_adapter
 +0.17 MixedModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names shira
 +0.18
  MixedModel._check_tied_modules,_get_module_names_tied_with_embedding,prefix,set_requires_grad,target_module_mapping,tuner_layer_cls
  MixedModel.set_adapter(inference_mode) _delete_auxiliary_adapter
 +0.18-0.18 MixedModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  MixedModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
  _set_adapter
 +0.19-0.19 get_gptqmodel_quant_linear
 +0.21
  MixedModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
  _check_adapters_not_merged
 +0.7 MixedModel.__init__(adapter_name,config,model)
 +0.7-0.17 MixedModel._unloading_checks
  MixedModel.merge_and_unload(adapter_names,progressbar,safe_merge) check_target_module_exists
 +0.7-0.18 MixedModel._set_adapter_layers get_auto_gptq_quant_linear
 +0.8 MixedModel.targeted_module_names
tuners.multitask_prompt_tuning
 +0.15 register_peft_method
 +0.6 .
tuners.multitask_prompt_tuning.config
 +0.17 MultitaskPromptTuningConfig.__init__(modules_to_save)
 +0.18 MultitaskPromptTuningConfig.__init__(peft_version)
 +0.6
  MultitaskPromptTuningConfig.__init__(auto_mapping,base_model_name_or_path,inference_mode,num_attention_heads,num_layers,num_ranks)
  MultitaskPromptTuningConfig.__init__(num_tasks,num_transformer_submodules,num_virtual_tokens,peft_type,prompt_tuning_init,prompt_tuning_init_state_dict_path)
  MultitaskPromptTuningConfig.__init__(prompt_tuning_init_task,prompt_tuning_init_text,revision,task_type,token_dim,tokenizer_name_or_path)
 +0.7 MultitaskPromptTuningConfig.__init__(tokenizer_kwargs)
tuners.multitask_prompt_tuning.model
 +0.13 torch_load
 +0.6 MultitaskPromptEmbedding.__init__(config,word_embeddings)
tuners.oft
 +0.15 register_peft_method
 +0.16-0.20 GPTQOFTLinear is_bnb_4bit_available is_bnb_available is_eetq_available
  __getattr__(name)
 +0.21 Embedding
 +0.7 .
tuners.oft.aqlm
 +0.16-0.20 .
 +0.20-0.20 OFTConfig
tuners.oft.awq
 +0.16-0.18 is_auto_awq_available
 +0.16-0.20 .
 +0.19-0.20 is_gptqmodel_available
 +0.20-0.20 OFTConfig is_gptqmodel_awq_layer
tuners.oft.bnb
 +0.16-0.20 .
 +0.20-0.20 OFTConfig
tuners.oft.config
 +0.14 OFTConfig.__init__(bias,exclude_modules,fan_in_fan_out,oft_block_size) PeftConfig
 +0.16 OFTConfig.__init__(num_cayley_neumann_terms,use_cayley_neumann)
 +0.18 OFTConfig.__init__(peft_version)
 +0.7 OFTConfig.__init__(auto_mapping,base_model_name_or_path,block_share,coft,eps,inference_mode)
  OFTConfig.__init__(init_weights,layers_pattern,layers_to_transform,module_dropout,modules_to_save,peft_type)
  OFTConfig.__init__(r,revision,target_modules,task_type)
 +0.7-0.13 LycorisConfig
 +0.7-0.14 OFTConfig.__init__(alpha_pattern,rank_pattern)
tuners.oft.eetq
 +0.16-0.20 .
 +0.20-0.20 OFTConfig
tuners.oft.gptq
 +0.16-0.18 get_auto_gptq_quant_linear
 +0.16-0.20 . GPTQOFTLinear.__init__(adapter_name,base_layer,block_share,coft,config,eps)
  GPTQOFTLinear.__init__(fan_in_fan_out,init_weights,module_dropout,num_cayley_neumann_terms,oft_block_size,r)
  GPTQOFTLinear.__init__(use_cayley_neumann)
 +0.20-0.20 OFTConfig
tuners.oft.hqq
 +0.16-0.20 .
 +0.20-0.20 OFTConfig
tuners.oft.inc
 +0.16-0.20 .
tuners.oft.layer
 +0.10 OFTLayer.bias
 +0.11 OFTLayer._get_available_adapters
 +0.12 OFTLayer._move_adapter_to_device_of_base_layer
 +0.14 BaseTunerLayer MultiplicativeDropoutLayer Conv2d.fan_in_fan_out Conv2d.forward(x)
  Conv2d.merge(adapter_names,safe_merge)
  Conv2d.update_layer(adapter_name,block_share,coft,eps,init_weights,module_dropout)
  Conv2d.update_layer(oft_block_size,r) Linear.fan_in_fan_out,is_target_conv_1d_layer
  Linear.forward(x) Linear.merge(adapter_names,safe_merge)
  OFTLayer.adjust_oft_parameters,in_features,kwargs,oft_block_size,oft_dropout,out_features
  OFTLayer.reset_oft_parameters OFTLayer.scale_layer(scale) OFTLayer.set_scale(adapter,scale)
 +0.14-0.15 OFTLayer.oft_s
 +0.14-0.18 Conv2d.get_delta_weight(adapter_name) Linear.get_delta_weight(adapter_name)
 +0.16 Conv2d.update_layer(num_cayley_neumann_terms,use_cayley_neumann) OFTConfig
  OFTRotationModule OFTLayer._cast_input_dtype,cast_input_dtype_enabled,oft_R
 +0.16-0.20 dispatch_default
 +0.18 Conv2d.update_layer(config,inference_mode) OFTLayer._get_embed_scale,set_requires_grad
 +0.19 Conv2d.get_delta_weight(adapter) Embedding
  Embedding.__init__(adapter_name,base_layer,block_share,coft,config,eps)
  Embedding.__init__(fan_in_fan_out,init_weights,module_dropout,num_cayley_neumann_terms,oft_block_size,r)
  Embedding.__init__(use_cayley_neumann) Linear.get_delta_weight(adapter)
  OFTLayer._get_base_layer_device_and_dtype,oft_embedding_R,supports_lora_conversion
 +0.20
  OFTLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
 +0.20-0.20 is_gptqmodel_quant_linear
 +0.21 Conv2d.extra_repr Embedding.extra_repr Linear.extra_repr _get_in_out_features
  quantization_extra_repr resolve_quantization_backend
 +0.7 Conv2d.__init__(adapter_name,base_layer,block_share,coft,config,eps)
  Conv2d.__init__(fan_in_fan_out,init_weights,module_dropout,num_cayley_neumann_terms,oft_block_size,r)
  Conv2d.__init__(use_cayley_neumann)
  Linear.__init__(adapter_name,base_layer,block_share,coft,config,eps)
  Linear.__init__(fan_in_fan_out,init_weights,is_target_conv_1d_layer,module_dropout,num_cayley_neumann_terms,oft_block_size)
  Linear.__init__(r,use_cayley_neumann) OFTLayer.__init__(base_layer)
 +0.7-0.13 LycorisLayer
  OFTLayer._get_delta_activations,_init_empty_weights,alpha,create_adapter_parameters,forward,get_delta_weight
  OFTLayer.module_dropout,rank_dropout,reset_adapter_parameters,reset_adapter_parameters_random,scaling
  OFTLayer.merge(adapter_names,safe_merge)
 +0.7-0.13+0.16 OFTLayer.update_layer(num_cayley_neumann_terms,use_cayley_neumann)
 +0.7-0.13+0.18 OFTLayer.update_layer(config,inference_mode)
 +0.7-0.15 OFTLayer._block_diagonal,_cayley_batch,_project_batch,block_share,coft,eps
  OFTLayer.oft_r
 +0.7-0.18 OFTLayer._available_adapters
 +0.8 check_adapters_to_merge
tuners.oft.model
 +0.10 OFTModel._check_merge_allowed,_prepare_model
 +0.11 OFTModel._pre_injection_hook
 +0.12 OFTModel._cast_adapter_dtype
 +0.13 OFTModel._get_tied_target_modules,get_model_config
 +0.14 BaseTuner
 +0.14-0.16 OFTModel.__init__(adapter_name,config,low_cpu_mem_usage,model)
 +0.14-0.17 ModulesToSaveWrapper OFTConfig TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING
  _get_submodules check_target_module_exists onload_layer OFTModel.delete_adapter(adapter_name)
  OFTModel.get_peft_config_as_dict OFTModel.merge_and_unload(adapter_names,progressbar,safe_merge)
  OFTModel.set_adapter(adapter_name)
 +0.14-0.17+0.21 BaseTunerLayer
 +0.16 OFTModel._check_target_module_compatiblity
 +0.16-0.17 OFTModel._delete_auxiliary_adapter
 +0.16-0.20 dispatch_aqlm dispatch_awq dispatch_default dispatch_eetq dispatch_gptq dispatch_hqq
  dispatch_inc get_quantization_config is_bnb_4bit_available is_bnb_available
 +0.17 OFTModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18
  OFTModel._check_tied_modules,_get_module_names_tied_with_embedding,set_requires_grad,target_module_mapping,tuner_layer_cls
  TRANSFORMERS_MODELS_TO_OFT_TARGET_MODULES_MAPPING
 +0.18-0.18 OFTModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  OFTModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.19-0.20 get_device_map
 +0.21 Embedding _get_tuner_layer_class get_quantization_kwargs resolve_quantization_backend
  OFTModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
 +0.7-0.13 LycorisConfig LycorisTuner OFTModel.layers_mapping
 +0.7-0.15+0.21 Conv2d Linear
 +0.7-0.17 OFTModel._unloading_checks
 +0.7-0.18 OFTModel._set_adapter_layers
 +0.8 OFTModel.targeted_module_names
tuners.osf
 +0.18 .
tuners.osf.config
 +0.18
  OSFConfig.__init__(auto_mapping,base_model_name_or_path,effective_rank,inference_mode,init_weights,modules_to_save)
  OSFConfig.__init__(peft_type,peft_version,rank_pattern,revision,target_modules,target_svd_config)
  OSFConfig.__init__(task_type)
tuners.osf.layer
 +0.18 Linear.__init__(adapter_name,base_layer,config,effective_rank)
  OSFLayer.__init__(base_layer)
 +0.18-0.20 OSFLayer._osf_S_high,_reconstruct_weight reconstruct_weight_matrix
 +0.19 OSFLayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20 OSFConfig
  OSFLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
 +0.21 OSFLayer._osf_S_low_init,_osf_U_low_init,_osf_V_low_init,get_delta_weight
tuners.osf.model
 +0.18 OSFModel.__init__(adapter_name,config,low_cpu_mem_usage,model,state_dict)
 +0.18-0.18 OSFModel._add_modules_to_tie,_set_adapter_layers,set_auxiliary_adapters
 +0.19
  OSFModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  OSFModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.osf.utils
 +0.18-0.20 reconstruct_weight_matrix
tuners.p_tuning
 +0.15 register_peft_method
 +0.5 PromptEncoderConfig.is_adaption_prompt,is_prompt_learning
 -0.6 PeftType PromptLearningConfig
tuners.p_tuning.config
 +0.17 PromptEncoderConfig.__init__(modules_to_save)
 +0.18 PromptEncoderConfig.__init__(peft_version)
 +0.6 .
  PromptEncoderConfig.__init__(auto_mapping,base_model_name_or_path,encoder_dropout,encoder_hidden_size,encoder_num_layers,encoder_reparameterization_type)
  PromptEncoderConfig.__init__(inference_mode,num_attention_heads,num_layers,num_transformer_submodules,num_virtual_tokens,peft_type)
  PromptEncoderConfig.__init__(revision,task_type,token_dim)
tuners.p_tuning.model
 +0.21 BasePromptEncoder
  PromptEncoder._get_adapter_state_dict,_load_adapter_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key
 +0.6 . PromptEncoder.__init__(config)
tuners.peanut
 +0.19 .
tuners.peanut.config
 +0.19
  PeanutConfig.__init__(act_fn,auto_mapping,base_model_name_or_path,depth,exclude_modules,inference_mode)
  PeanutConfig.__init__(init_weights,layers_pattern,layers_to_transform,modules_to_save,peft_type,peft_version)
  PeanutConfig.__init__(r,revision,scaling,target_modules,task_type)
tuners.peanut.layer
 +0.19 Linear.__init__(act_fn,adapter_name,base_layer,config,depth,init_weights)
  Linear.__init__(r,scaling) PeanutLayer.__init__(base_layer)
 +0.19-0.19 PeanutLayer.update_layer(act_fn,depth,inference_mode,init_weights,scaling)
 +0.19-0.20 PeanutLayer._cached_delta_weights
 +0.20 PeanutConfig
  PeanutLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
  PeanutLayer.update_layer(config)
 +0.21 PeanutLayer._base_weight_before_merge,_get_base_weight_before_merge
tuners.peanut.model
 +0.21
  PeanutModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.poly
 +0.15 register_peft_method
 +0.8 .
tuners.poly.config
 +0.14 PolyConfig.__init__(exclude_modules)
 +0.18 PolyConfig.__init__(peft_version)
 +0.8
  PolyConfig.__init__(auto_mapping,base_model_name_or_path,inference_mode,init_weights,modules_to_save,n_skills)
  PolyConfig.__init__(n_splits,n_tasks,peft_type,poly_type,r,revision)
  PolyConfig.__init__(target_modules,task_type)
tuners.poly.layer
 +0.10 PolyLayer.bias
 +0.11 PolyLayer._get_available_adapters
 +0.12 PolyLayer._move_adapter_to_device_of_base_layer
 +0.16 PolyLayer._cast_input_dtype
 +0.18 PolyLayer._get_embed_scale,set_requires_grad PolyLayer.update_layer(config,inference_mode)
 +0.19 PolyLayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20
  PolyLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
 +0.8 Linear.__init__(adapter_name,base_layer,poly_config) PolyLayer.__init__(base_layer)
tuners.poly.model
 +0.10 PolyModel._check_merge_allowed,_prepare_model
 +0.11 PolyModel._pre_injection_hook
 +0.12 PolyModel._cast_adapter_dtype
 +0.13 PolyModel._get_tied_target_modules,get_model_config
 +0.16 PolyModel._check_target_module_compatiblity
 +0.16-0.17 PolyModel._delete_auxiliary_adapter
 +0.17 PolyModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18
  PolyModel._check_tied_modules,_get_module_names_tied_with_embedding,_unload_and_optionally_merge,delete_adapter,merge_and_unload,set_requires_grad
  PolyModel.target_module_mapping,tuner_layer_cls,unload
  TRANSFORMERS_MODELS_TO_POLY_TARGET_MODULES_MAPPING
 +0.18-0.18 PolyModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  PolyModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  PolyModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
 +0.8-0.16 PolyModel.__init__(adapter_name,config,model)
 +0.8-0.17 ModulesToSaveWrapper TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING
  check_target_module_exists PolyModel._unloading_checks,get_peft_config_as_dict
  PolyModel.set_adapter(adapter_name)
 +0.8-0.18 PolyModel._set_adapter_layers
tuners.prefix_tuning
 +0.15 register_peft_method
 +0.5 PrefixTuningConfig.is_adaption_prompt,is_prompt_learning
 -0.6 PeftType PromptLearningConfig
tuners.prefix_tuning.config
 +0.17 PrefixTuningConfig.__init__(modules_to_save)
 +0.18 PrefixTuningConfig.__init__(peft_version)
 +0.19 PrefixTuningConfig.__init__(init_weights)
 +0.6 .
  PrefixTuningConfig.__init__(auto_mapping,base_model_name_or_path,encoder_hidden_size,inference_mode,num_attention_heads,num_layers)
  PrefixTuningConfig.__init__(num_transformer_submodules,num_virtual_tokens,peft_type,prefix_projection,revision,task_type)
  PrefixTuningConfig.__init__(token_dim)
tuners.prefix_tuning.model
 +0.19 PrefixEncoder.load_prompt_embeddings
 +0.21 BasePromptEncoder
  PrefixEncoder._get_adapter_state_dict,_load_adapter_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key
 +0.6 . PrefixEncoder.__init__(config)
tuners.prompt_tuning
 +0.15 register_peft_method
 +0.5 PromptTuningConfig.is_adaption_prompt,is_prompt_learning
 -0.6 PeftType PromptLearningConfig
tuners.prompt_tuning.config
 +0.17 PromptTuningConfig.__init__(modules_to_save)
 +0.18 PromptTuningConfig.__init__(peft_version) PromptTuningInit.SAMPLE_VOCAB
 +0.6 .
  PromptTuningConfig.__init__(auto_mapping,base_model_name_or_path,inference_mode,num_attention_heads,num_layers,num_transformer_submodules)
  PromptTuningConfig.__init__(num_virtual_tokens,peft_type,prompt_tuning_init,prompt_tuning_init_text,revision,task_type)
  PromptTuningConfig.__init__(token_dim,tokenizer_name_or_path)
 +0.7 PromptTuningConfig.__init__(tokenizer_kwargs)
tuners.prompt_tuning.model
 +0.11 gather_params_ctx
 +0.21 BasePromptEncoder
  PromptEmbedding._get_adapter_state_dict,_load_adapter_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key
 +0.6 . PromptEmbedding.__init__(config,word_embeddings)
tuners.psoft
 +0.19 .
tuners.psoft.config
 +0.19
  PsoftConfig.__init__(ab_svd_init,auto_mapping,base_model_name_or_path,cayley_neumann_eps,exclude_modules,fan_in_fan_out)
  PsoftConfig.__init__(inference_mode,init_weights,layers_pattern,layers_to_transform,modules_to_save,num_cayley_neumann_terms)
  PsoftConfig.__init__(peft_type,peft_version,psoft_alpha,psoft_dropout,psoft_mag_a,psoft_mag_b)
  PsoftConfig.__init__(psoft_orth,psoft_svd,psoft_svd_lowrank_niter,r,revision,target_modules)
  PsoftConfig.__init__(task_type,use_cayley_neumann)
 +0.20 PsoftConfig.__init__(random_seed)
tuners.psoft.layer
 +0.19 Linear.__init__(adapter_name,base_layer,config) PsoftLayer.__init__(base_layer)
 +0.20
  PsoftLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,random_seed,set_base_weight
tuners.psoft.model
 +0.21
  PsoftModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.pvera
 +0.19 .
tuners.pvera.bnb
 +0.20 PveraConfig
tuners.pvera.config
 +0.19
  PveraConfig.__init__(auto_mapping,base_model_name_or_path,bias,d_initial,fan_in_fan_out,inference_mode)
  PveraConfig.__init__(init_weights,layers_pattern,layers_to_transform,modules_to_save,peft_type,peft_version)
  PveraConfig.__init__(projection_prng_key,pvera_dropout,r,revision,sample_at_inference,save_projection)
  PveraConfig.__init__(target_modules,task_type)
 +0.20 PveraConfig.__init__(generator_seed)
tuners.pvera.layer
 +0.19 Linear.__init__(adapter_name,base_layer,config,d_initial,fan_in_fan_out,init_weights)
  Linear.__init__(is_target_conv_1d_layer,pvera_A,pvera_B,pvera_dropout,r,sample_at_inference)
  PveraLayer.__init__(base_layer)
 +0.20 PveraConfig
  PveraLayer._freeze_non_trainable_peft_weights,_reparametrize,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
 +0.20-0.20 PveraLayer.generator
 +0.21 PveraLayer.pvera_generator,sample_at_inference
tuners.pvera.model
 +0.21
  PveraModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.randlora
 +0.16 . __getattr__(name)
tuners.randlora.bnb
 +0.20 RandLoraConfig
tuners.randlora.config
 +0.16
  RandLoraConfig.__init__(auto_mapping,base_model_name_or_path,bias,fan_in_fan_out,inference_mode,init_weights)
  RandLoraConfig.__init__(layers_pattern,layers_to_transform,modules_to_save,peft_type,projection_prng_key,r)
  RandLoraConfig.__init__(randlora_alpha,randlora_dropout,revision,save_projection,sparse,target_modules)
  RandLoraConfig.__init__(task_type,very_sparse)
 +0.18 RandLoraConfig.__init__(peft_version)
tuners.randlora.layer
 +0.16
  Linear.__init__(adapter_name,base_layer,config,fan_in_fan_out,init_weights,is_target_conv_1d_layer)
  Linear.__init__(r,randlora_A,randlora_B,randlora_alpha,randlora_dropout)
  RandLoraLayer.__init__(base_layer)
 +0.18 RandLoraLayer._get_embed_scale,set_requires_grad
  RandLoraLayer.update_layer(config,inference_mode)
 +0.19 RandLoraLayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20 RandLoraConfig
  RandLoraLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
tuners.randlora.model
 +0.16-0.16 RandLoraModel.__init__(adapter_name,config,low_cpu_mem_usage,model)
 +0.16-0.17 ModulesToSaveWrapper _get_submodules check_target_module_exists
  RandLoraModel._delete_auxiliary_adapter,_unloading_checks,get_peft_config_as_dict
  RandLoraModel.delete_adapter(adapter_name)
  RandLoraModel.merge_and_unload(adapter_names,progressbar,safe_merge)
  RandLoraModel.set_adapter(adapter_name)
 +0.16-0.18 RandLoraModel._set_adapter_layers
 +0.17 RandLoraModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18
  RandLoraModel._check_tied_modules,_get_module_names_tied_with_embedding,set_requires_grad,target_module_mapping,tuner_layer_cls
 +0.18-0.18 RandLoraModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  RandLoraModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  RandLoraModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.road
 +0.18 . __getattr__(name)
tuners.road.bnb
 +0.20 RoadConfig
tuners.road.config
 +0.18
  RoadConfig.__init__(auto_mapping,base_model_name_or_path,group_size,inference_mode,init_weights,modules_to_save)
  RoadConfig.__init__(peft_type,peft_version,revision,target_modules,task_type,variant)
tuners.road.layer
 +0.18 Linear.__init__(adapter_name,base_layer,config,group_size,init_weights,variant)
  RoadLayer.__init__(base_layer,ephemeral_gpu_offload)
 +0.18-0.19 RoadLayer.update_layer(group_size,init_weights,variant)
 +0.19 RoadLayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20
  RoadLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
  RoadLayer.update_layer(config)
tuners.road.model
 +0.18-0.18 RoadModel._add_modules_to_tie,_set_adapter_layers,set_auxiliary_adapters
 +0.19
  RoadModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
  get_device_map
 +0.21
  RoadModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.shadow
 +0.21 .
tuners.shadow.config
 +0.21
  ShadowConfig.__init__(auto_mapping,auxiliary_loss_weight,base_model_name_or_path,exclude_modules,inference_mode,init_weights)
  ShadowConfig.__init__(layers_pattern,layers_to_transform,modules_to_save,peft_type,peft_version,r)
  ShadowConfig.__init__(revision,shadow_alpha,shadow_dropout,shadow_hidden_size,shadow_intermediate_size,shadow_model)
  ShadowConfig.__init__(shadow_num_attention_heads,shadow_num_hidden_layers,share_embeddings,target_modules,task_type,update_hidden_size)
tuners.shadow.layers
 +0.21 DetachedShadowModel.__init__(backbone,head,input_embeddings,is_classification,projection)
  ShadowCache.__init__(base,shadow) ShadowCarrier.__init__(hidden,shadow)
  ShadowLayer.__init__(adapter_name,base_layer,config,hidden_size)
tuners.shira
 +0.17 .
tuners.shira.config
 +0.17
  ShiraConfig.__init__(auto_mapping,base_model_name_or_path,fan_in_fan_out,inference_mode,init_weights,mask_type)
  ShiraConfig.__init__(modules_to_save,peft_type,r,random_seed,revision,target_modules)
  ShiraConfig.__init__(task_type)
 +0.18 ShiraConfig.__init__(peft_version)
tuners.shira.layer
 +0.17 Linear.__init__(adapter_name,base_layer,config,fan_in_fan_out,init_weights,mask)
  Linear.__init__(r) ShiraLayer.__init__(base_layer)
 +0.17-0.19 ShiraLayer.weight_shape
 +0.18 ShiraLayer._get_embed_scale,set_requires_grad
  ShiraLayer.update_layer(config,inference_mode)
 +0.19 ShiraLayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20 Linear.extra_repr ShiraConfig _get_in_out_features _warn_once_about_module_hooks
  quantization_extra_repr resolve_quantization_backend
  ShiraLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
tuners.shira.mask_functions
 +0.20 _get_in_out_features
tuners.shira.model
 +0.17-0.17 ModulesToSaveWrapper ShiraConfig _get_submodules check_target_module_exists
  ShiraModel._delete_auxiliary_adapter,_unloading_checks,get_peft_config_as_dict
  ShiraModel.delete_adapter(adapter_name)
  ShiraModel.merge_and_unload(adapter_names,progressbar,safe_merge)
  ShiraModel.set_adapter(adapter_name)
 +0.17-0.18 ShiraModel._set_adapter_layers
 +0.18
  ShiraModel._check_tied_modules,_get_module_names_tied_with_embedding,set_requires_grad,target_module_mapping,tuner_layer_cls
 +0.18-0.18 ShiraModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  ShiraModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.20 _get_tuner_layer_class get_quantization_kwargs resolve_quantization_backend
 +0.21
  ShiraModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.supertuning
 +0.21 .
tuners.supertuning.config
 +0.21
  SupertuningConfig.__init__(auto_mapping,base_model_name_or_path,inference_mode,init_weights,lora_alpha,lora_dropout)
  SupertuningConfig.__init__(modules_to_save,peft_type,peft_version,r,revision,save_precomputed_indices)
  SupertuningConfig.__init__(select_top,sparsity,target_modules,task_type)
tuners.supertuning.layer
 +0.21 Linear.__init__(adapter_name,base_layer,config)
  SupertuningLayer.__init__(base_layer,save_precomputed_indices)
tuners.tinylora
 +0.19 .
tuners.tinylora.config
 +0.19
  TinyLoraConfig.__init__(auto_mapping,base_model_name_or_path,bias,fan_in_fan_out,inference_mode,init_v_bound)
  TinyLoraConfig.__init__(init_weights,layers_pattern,layers_to_transform,modules_to_save,peft_type,peft_version)
  TinyLoraConfig.__init__(projection_seed,r,revision,save_projection,target_modules,task_type)
  TinyLoraConfig.__init__(tinylora_dropout,u,weight_tying)
tuners.tinylora.layer
 +0.19 Embedding.__init__(adapter_name,base_layer,config,tinylora_v,v_key)
  Linear.__init__(adapter_name,base_layer,config,tinylora_v,v_key)
  TinyLoraLayer.__init__(base_layer,layer_idx)
 +0.19-0.19 TinyLoraLayer.set_layer_idx
 +0.19-0.20 TinyLoraLayer._tinylora_v_ref
 +0.20 TinyLoraConfig
  TinyLoraLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
 +0.21 TinyLoraLayer._tinylora_v_key
tuners.tinylora.model
 +0.19 TinyLoraModel.__init__(adapter_name,config,low_cpu_mem_usage,model)
 +0.21
  TinyLoraModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.trainable_tokens
 +0.15 .
tuners.trainable_tokens.config
 +0.15
  TrainableTokensConfig.__init__(auto_mapping,base_model_name_or_path,inference_mode,init_weights,peft_type,revision)
  TrainableTokensConfig.__init__(target_modules,task_type,token_indices)
 +0.18 TrainableTokensConfig.__init__(peft_version)
tuners.trainable_tokens.layer
 +0.15 TrainableTokensLayer.__init__(adapter_name,base_layer,config,tied_adapter,token_indices)
 +0.16 TrainableTokensLayer._cast_input_dtype,_collect_token_weights check_deepspeed_zero3_enabled
  gather_params_ctx
 +0.18 TrainableTokensLayer._get_embed_scale,in_features,out_features,set_requires_grad
  _get_in_out_features
 +0.19 TrainableTokensLayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20 TrainableTokensConfig
  TrainableTokensLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
tuners.trainable_tokens.model
 +0.15-0.16 TrainableTokensModel.__init__(adapter_name,config,low_cpu_mem_usage,model)
 +0.15-0.17 AuxiliaryTrainingWrapper BaseTunerLayer check_target_module_exists onload_layer
  TrainableTokensModel._unloading_checks
  TrainableTokensModel.merge_and_unload(adapter_names,progressbar,safe_merge)
  TrainableTokensModel.set_adapter(adapter_name)
 +0.15-0.18 TrainableTokensModel._set_adapter_layers
 +0.15-0.19 TrainableTokensModel._create_and_replace_dict
 +0.16 TrainableTokensModel._check_target_module_compatiblity
 +0.16-0.17 TrainableTokensModel._delete_auxiliary_adapter
 +0.17
  TrainableTokensModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18
  TrainableTokensModel._check_tied_modules,_get_module_names_tied_with_embedding,delete_adapter,set_requires_grad,target_module_mapping,tuner_layer_cls
 +0.18-0.18 TrainableTokensModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  TrainableTokensModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  TrainableTokensModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.tuners_utils
 +0.10 clone_module replicate_layers
 +0.12 BufferDict DUMMY_TARGET_MODULES PeftType
 +0.13 DUMMY_MODEL_CONFIG EMBEDDING_LAYER_NAMES MIN_TARGET_MODULES_FOR_OPTIMIZATION
  SEQ_CLS_HEAD_NAMES TaskType _find_minimal_target_modules
 +0.14 _ExcludedModule
 +0.15 init_empty_weights
 +0.16 AuxiliaryTrainingWrapper _check_lora_target_modules_mamba set_additional_trainable_modules
 +0.17 PEFT_TYPE_TO_PREFIX_MAPPING match_target_against_key
 +0.18 PeftWarning _delete_auxiliary_adapter _get_in_out_features
  _get_module_names_tied_with_embedding _set_adapter _torch_supports_distributed
  _torch_supports_dtensor cast_adapter_dtype delete_adapter set_adapter set_requires_grad
 +0.19 UPCAST_DTYPES _set_layer_requires_grad find_parameter_name_by_module get_device_map
  is_transformers_ge_v5 warn_msg_weight_tying
 +0.20 QuantizationBackend is_gptqmodel_quant_linear
 +0.21 BasePromptEncoder NoMatchingPeftModuleError _check_adapters_not_merged _extend_unique
  _filter_state_dict_by_key_prefixes _get_tuner_state_dict_key_prefixes _is_key_under_prefixes
  _remove_adapter_name_from_state_dict_key
 +0.5 .
 +0.6 check_target_module_exists inspect_matched_modules
 +0.6-0.15 ModulesToSaveWrapper
 +0.6-0.7 COMMON_LAYERS_PATTERN
 +0.8 INCLUDE_LINEAR_LAYERS_SHORTHAND _maybe_include_all_linear_layers check_adapters_to_merge
  onload_layer
tuners.unilora
 +0.20 .
tuners.unilora.config
 +0.20
  UniLoraConfig.__init__(auto_mapping,base_model_name_or_path,bias,fan_in_fan_out,inference_mode,init_theta_d_bound)
  UniLoraConfig.__init__(init_weights,layers_pattern,layers_to_transform,modules_to_save,peft_type,peft_version)
  UniLoraConfig.__init__(proj_seed,r,revision,save_indices,target_modules,task_type)
  UniLoraConfig.__init__(theta_d_length,unilora_dropout)
tuners.unilora.layer
 +0.20 Linear.__init__(adapter_name,base_layer,config,fan_in_fan_out,is_target_conv_1d_layer,r)
  Linear.__init__(theta_d_length,unilora_dropout,unilora_theta_d)
  UniLoraLayer.__init__(base_layer)
 +0.20-0.20 UniLoraLayer.update_layer(r,theta_d_length,unilora_dropout)
 +0.21 UniLoraConfig UniLoraLayer.update_layer(config)
tuners.unilora.model
 +0.20 UniLoraModel.__init__(adapter_name,config,low_cpu_mem_usage,model,state_dict)
 +0.21
  UniLoraModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.vblora
 +0.13 .
 +0.15 register_peft_method
tuners.vblora.config
 +0.13
  VBLoRAConfig.__init__(auto_mapping,base_model_name_or_path,bias,fan_in_fan_out,inference_mode,init_logits_std)
  VBLoRAConfig.__init__(init_vector_bank_bound,layers_pattern,layers_to_transform,modules_to_save,num_vectors,peft_type)
  VBLoRAConfig.__init__(r,revision,save_only_topk_weights,target_modules,task_type,topk)
  VBLoRAConfig.__init__(vblora_dropout,vector_length)
 +0.14 VBLoRAConfig.__init__(exclude_modules)
 +0.18 VBLoRAConfig.__init__(peft_version)
tuners.vblora.layer
 +0.13
  Linear.__init__(adapter_name,base_layer,config,fan_in_fan_out,init_logits_std,is_target_conv_1d_layer)
  Linear.__init__(num_vectors,r,topk,vblora_dropout,vblora_vector_bank,vector_length)
  VBLoRALayer.__init__(base_layer)
 +0.16 VBLoRALayer._cast_input_dtype
 +0.18 VBLoRALayer._get_embed_scale,set_requires_grad
  VBLoRALayer.update_layer(config,inference_mode)
 +0.19 VBLoRALayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20 VBLoRAConfig
  VBLoRALayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
tuners.vblora.model
 +0.13-0.16 VBLoRAModel.__init__(adapter_name,config,low_cpu_mem_usage,model)
 +0.13-0.17 ModulesToSaveWrapper _get_submodules check_target_module_exists
  VBLoRAModel._unloading_checks,get_peft_config_as_dict VBLoRAModel.delete_adapter(adapter_name)
  VBLoRAModel.merge_and_unload(adapter_names,progressbar,safe_merge)
  VBLoRAModel.set_adapter(adapter_name)
 +0.13-0.18 VBLoRAModel._set_adapter_layers
 +0.16 VBLoRAModel._check_target_module_compatiblity
 +0.16-0.17 VBLoRAModel._delete_auxiliary_adapter
 +0.17 VBLoRAModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18
  VBLoRAModel._check_tied_modules,_get_module_names_tied_with_embedding,set_requires_grad,target_module_mapping,tuner_layer_cls
 +0.18-0.18 VBLoRAModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  VBLoRAModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  VBLoRAModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.vera
 +0.11 .
 +0.14-0.19 __getattr__(name) is_bnb_4bit_available is_bnb_available
 +0.15 register_peft_method
tuners.vera.bnb
 +0.14-0.19 .
tuners.vera.buffer_dict
 +0.11-0.12 .
tuners.vera.config
 +0.11
  VeraConfig.__init__(auto_mapping,base_model_name_or_path,bias,d_initial,fan_in_fan_out,inference_mode)
  VeraConfig.__init__(init_weights,layers_pattern,layers_to_transform,modules_to_save,peft_type,projection_prng_key)
  VeraConfig.__init__(r,revision,save_projection,target_modules,task_type,vera_dropout)
 +0.18 VeraConfig.__init__(peft_version)
tuners.vera.layer
 +0.11 Linear.__init__(adapter_name,base_layer,config,d_initial,fan_in_fan_out,init_weights)
  Linear.__init__(is_target_conv_1d_layer,r,vera_A,vera_B,vera_dropout)
  VeraLayer.__init__(base_layer)
 +0.12 VeraLayer._move_adapter_to_device_of_base_layer
 +0.16 VeraLayer._cast_input_dtype
 +0.18 VeraLayer._get_embed_scale,set_requires_grad VeraLayer.update_layer(config,inference_mode)
 +0.19 VeraLayer._get_base_layer_device_and_dtype,supports_lora_conversion
 +0.20 Linear.extra_repr VeraConfig _get_in_out_features quantization_extra_repr
  resolve_quantization_backend
  VeraLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
tuners.vera.model
 +0.11-0.11 VeraModel._find_first_dim
 +0.11-0.16 VeraModel.__init__(adapter_name,config,model)
 +0.11-0.17 ModulesToSaveWrapper _get_submodules check_target_module_exists
  VeraModel._unloading_checks,get_peft_config_as_dict VeraModel.delete_adapter(adapter_name)
  VeraModel.merge_and_unload(adapter_names,progressbar,safe_merge)
  VeraModel.set_adapter(adapter_name)
 +0.11-0.18 VeraModel._set_adapter_layers
 +0.12 VeraModel._cast_adapter_dtype,_find_dim
 +0.13 VeraModel._get_tied_target_modules,get_model_config
 +0.13-0.16 VeraModel.__init__(low_cpu_mem_usage)
 +0.14-0.19 is_bnb_4bit_available is_bnb_available
 +0.16 VeraModel._check_target_module_compatiblity
 +0.16-0.17 VeraModel._delete_auxiliary_adapter
 +0.17 VeraModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18
  VeraModel._check_tied_modules,_get_module_names_tied_with_embedding,set_requires_grad,target_module_mapping,tuner_layer_cls
 +0.18-0.18 VeraModel._add_modules_to_tie,set_auxiliary_adapters
 +0.19
  VeraModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.20 _get_in_out_features _get_tuner_layer_class get_quantization_kwargs
  resolve_quantization_backend
 +0.21
  VeraModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.waveft
 +0.18 .
tuners.waveft.config
 +0.18
  WaveFTConfig.__init__(auto_mapping,base_model_name_or_path,bias,exclude_modules,fan_in_fan_out,inference_mode)
  WaveFTConfig.__init__(init_weights,layers_pattern,layers_to_transform,modules_to_save,n_frequency,n_frequency_pattern)
  WaveFTConfig.__init__(peft_type,peft_version,proportional_parameters,random_loc_seed,revision,scaling)
  WaveFTConfig.__init__(target_modules,task_type,use_idwt,wavelet_family)
tuners.waveft.layer
 +0.18 WaveFTLayer.__init__(base_layer)
  WaveFTLinear.__init__(adapter_name,base_layer,config,fan_in_fan_out,init_weights,n_frequency)
  WaveFTLinear.__init__(random_loc_seed,scaling,use_idwt,wavelet_family)
 +0.18-0.18 WaveFTLinear.get_delta_weight(adapter)
 +0.18-0.19 WaveFTLayer.update_layer(init_weights,random_loc_seed,scaling,use_idwt,wavelet_family)
 +0.19 WaveFTLayer._get_base_layer_device_and_dtype,supports_lora_conversion transpose
 +0.20 WaveFTConfig
  WaveFTLayer._freeze_non_trainable_peft_weights,frozen_peft_weight_names,get_base_weight,quantization_backend,set_base_weight
  WaveFTLayer.update_layer(config)
tuners.waveft.model
 +0.18-0.18 WaveFTModel._add_modules_to_tie,_set_adapter_layers,set_auxiliary_adapters
 +0.19
  WaveFTModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  WaveFTModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
tuners.xlora
 +0.12 .
 +0.15 register_peft_method
tuners.xlora.config
 +0.12
  XLoraConfig.__init__(adapters,auto_mapping,base_model_name_or_path,enable_softmax,enable_softmax_topk,global_scaling_weight)
  XLoraConfig.__init__(hidden_size,inference_mode,layerwise_scalings,peft_type,revision,scaling_pass_value)
  XLoraConfig.__init__(softmax_temperature,task_type,top_k_lora,use_trainable_adapters,xlora_depth,xlora_dropout_p)
  XLoraConfig.__init__(xlora_size)
 +0.18 XLoraConfig.__init__(peft_version)
tuners.xlora.model
 +0.12 XLoraModel.__init__(adapter_name,config,model)
 +0.12-0.17 XLoraModel._unloading_checks
 +0.13 XLoraModel.__init__(autocast_adapter_dtype,ephemeral_gpu_offload,torch_device)
  XLoraModel._get_tied_target_modules,get_model_config _load_adapter_into_lora_model
  set_peft_model_state_dict
 +0.16 XLoraModel._check_target_module_compatiblity
 +0.16-0.17 XLoraModel._delete_auxiliary_adapter
 +0.17 XLoraModel._create_and_replace_parameter,_inject_parameters,targeted_parameter_names
 +0.18
  XLoraModel._check_tied_modules,_get_module_names_tied_with_embedding,_replace_module,_unload_and_optionally_merge,delete_adapter,merge_and_unload
  XLoraModel.prefix,set_adapter,set_requires_grad,target_module_mapping,tuner_layer_cls,unload
 +0.18-0.18 XLoraModel._add_modules_to_tie,_set_adapter_layers,set_auxiliary_adapters
 +0.19
  XLoraModel._add_modules_to_save_to_tie,_add_targets_to_tie,_check_tied_module_exists,_enable_adapter_layers,_post_injection_hook,supports_lora_conversion
 +0.21
  XLoraModel._convert_state_dict_for_initial_model,_get_adapter_state_dict,_get_learnable_bias_state_dict,_remap_adapter_state_dict_for_load,_remove_adapter_name_from_key,uses_shared_state
utils
 +0.10 replace_lora_weights_loftq
 +0.11 TRANSFORMERS_MODELS_TO_LNTUNING_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_VERA_TARGET_MODULES_MAPPING
 +0.12 TRANSFORMERS_MODELS_TO_FOURIERFT_TARGET_MODULES_MAPPING
 +0.13 TRANSFORMERS_MODELS_TO_VBLORA_TARGET_MODULES_MAPPING
 +0.14 map_cache_to_layer_device_map
 +0.15 AuxiliaryTrainingWrapper _get_input_embeddings_name get_gptqmodel_quant_linear
  register_peft_method
 +0.16 TRANSFORMERS_MODELS_TO_C3A_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_RANDLORA_TARGET_MODULES_MAPPING set_additional_trainable_modules
 +0.17 TRANSFORMERS_MODELS_TO_LOHA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_LOKR_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_SHIRA_TARGET_MODULES_MAPPING
 +0.18 PeftWarning TRANSFORMERS_MODELS_TO_BOFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_DELORA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_HRA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_MISS_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_OFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_POLY_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_ROAD_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_WAVEFT_TARGET_MODULES_MAPPING TrainableTokensWrapper
 +0.18-0.18 TRANSFORMERS_MODELS_TO_BONE_TARGET_MODULES_MAPPING is_transformers_ge_v5
 +0.19 ALLOWED_COMPUTE_DTYPES TRANSFORMERS_MODELS_TO_ADAMSS_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_GRALORA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_LILY_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_PEANUT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_PSOFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_PVERA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_TINYLORA_TARGET_MODULES_MAPPING UPCAST_DTYPES
 +0.20 TRANSFORMERS_MODELS_TO_BEFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_DEFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_FROD_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_GLORA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_UNILORA_TARGET_MODULES_MAPPING get_base_model_state_dict
  get_quantization_kwargs quantization_extra_repr resolve_quantization_backend
  set_base_model_state_dict
 +0.21 NoMatchingPeftModuleError PeftError
  TRANSFORMERS_MODELS_TO_SUPERTUNING_TARGET_MODULES_MAPPING
 +0.5 _get_batch_size _is_valid_match get_quantization_config infer_device load_peft_weights
 +0.5-0.18 get_auto_gptq_quant_linear
 +0.6 id_tensor_storage
 +0.8 INCLUDE_LINEAR_LAYERS_SHORTHAND cast_mixed_precision_params
 -0.4 CLAMP_QUANTILE PeftConfig PromptLearningConfig
 -0.5 add_library_to_model_card
 -0.6 hub_file_exists
 -0.7 COMMON_LAYERS_PATTERN
 -0.9 prepare_model_for_int8_training
utils.adapters_utils
 -0.6 .
utils.config
 -0.6 .
  PeftConfig.__init__(auto_mapping,base_model_name_or_path,inference_mode,peft_type,revision,task_type)
  PromptLearningConfig.__init__(auto_mapping,base_model_name_or_path,inference_mode,num_attention_heads,num_layers,num_transformer_submodules)
  PromptLearningConfig.__init__(num_virtual_tokens,peft_type,revision,task_type,token_dim)
utils.constants
 +0.11 TRANSFORMERS_MODELS_TO_LNTUNING_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_VERA_TARGET_MODULES_MAPPING
 +0.12 DUMMY_TARGET_MODULES TRANSFORMERS_MODELS_TO_FOURIERFT_TARGET_MODULES_MAPPING
 +0.13 DUMMY_MODEL_CONFIG MIN_TARGET_MODULES_FOR_OPTIMIZATION SEQ_CLS_HEAD_NAMES
  TRANSFORMERS_MODELS_TO_VBLORA_TARGET_MODULES_MAPPING
 +0.14-0.14 PEFT_TYPE_TO_PREFIX_MAPPING PeftType
 +0.16 TRANSFORMERS_MODELS_TO_C3A_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_RANDLORA_TARGET_MODULES_MAPPING
 +0.17 TRANSFORMERS_MODELS_TO_LOHA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_LOKR_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_SHIRA_TARGET_MODULES_MAPPING
 +0.17-0.18 transformers_le_4_53
 +0.18 TRANSFORMERS_MODELS_TO_BOFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_DELORA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_HRA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_MISS_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_OFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_OSF_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_POLY_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_ROAD_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_WAVEFT_TARGET_MODULES_MAPPING
 +0.18-0.18 TRANSFORMERS_MODELS_TO_BONE_TARGET_MODULES_MAPPING
 +0.19 ALLOWED_COMPUTE_DTYPES TRANSFORMERS_MODELS_TO_ADAMSS_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_GRALORA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_LILY_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_PEANUT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_PSOFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_PVERA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_TINYLORA_TARGET_MODULES_MAPPING UPCAST_DTYPES is_transformers_le_4_53
 +0.20 TRANSFORMERS_MODELS_TO_BEFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_DEFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_FROD_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_GLORA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_HIRA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_UNILORA_TARGET_MODULES_MAPPING
 +0.21 TRANSFORMERS_MODELS_TO_SUPERTUNING_TARGET_MODULES_MAPPING
 +0.7 .
 +0.7-0.7 COMMON_LAYERS_PATTERN
 +0.8 INCLUDE_LINEAR_LAYERS_SHORTHAND TOKENIZER_CONFIG_NAME
utils.error
 +0.21 .
utils.hotswap
 +0.14 .
 +0.14-0.14 _check_hotswap_configs_compatible
 +0.15 Conv2d Linear LoraConfig LoraLayer _convert_scalings_to_tensor _get_padded_conv2d
  _get_padded_linear _pad_lora_weights _update_scaling check_hotswap_configs_compatible
  get_pattern_key prepare_model_for_compiled_hotswap
 +0.20 _copy_grouped_conv2d_lora_a_weights
 +0.21 BaseTunerLayer
utils.hub_utils
 -0.6 .
utils.incremental_pca
 +0.14 .
utils.integrations
 +0.10 dequantize_bnb_weight
 +0.11 dequantize_module_weight
 +0.13 get_bnb_param_type
 +0.14 get_layer_device_map map_cache_to_layer_device_map
 +0.15 _init_on_device _skip_init_on_device init_empty_weights skip_init_on_device
 +0.15-0.17 is_xpu_available
 +0.16 check_deepspeed_zero3_enabled
 +0.18-0.18 is_transformers_ge_v5
 +0.19 TpInfo
 +0.21 dtensor_from_local_like
 +0.9 .
utils.loftq_utils
 +0.10 _SafetensorLoader _loftq_init_new replace_lora_weights_loftq
 +0.15 is_xpu_available
 +0.7 .
 +0.7-0.19 NFQuantizer
utils.merge_utils
 +0.9 .
utils.other
 +0.11 TRANSFORMERS_MODELS_TO_LNTUNING_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_VERA_TARGET_MODULES_MAPPING mlu_available
 +0.12 TRANSFORMERS_MODELS_TO_FOURIERFT_TARGET_MODULES_MAPPING
 +0.13 ModulesToSaveWrapper._check_forward_args,_mixed_batch_forward
  TRANSFORMERS_MODELS_TO_VBLORA_TARGET_MODULES_MAPPING
 +0.13-0.13 ModulesToSaveWrapper.bias
 +0.14 get_pattern_key
 +0.15 AuxiliaryTrainingWrapper TrainableTokensWrapper _get_input_embeddings_name
  get_gptqmodel_quant_linear is_gptqmodel_available
  AuxiliaryTrainingWrapper.__init__(adapter_name,module_to_save)
  ModulesToSaveWrapper._adapters,_error_message_name,_forward_wrapped,_forward_wrapped_mixed_batch,_getattr_wrapped,_hasattr_wrapped
  ModulesToSaveWrapper.active_adapters,adapter_state_dict,adapter_state_dict_load_map,init_modules,unload_and_optionally_merge_module
  ModulesToSaveWrapper.set_adapter(adapter_names) ModulesToSaveWrapper.update(tied_module)
  _set_trainable(activate_adapter,inference_mode,module_names,strict_module_check,wrapper_cls)
 +0.15-0.15 AuxiliaryTrainingWrapper._forward_disabled
  ModulesToSaveWrapper._forward_wrapped_disabled
 +0.16 AuxiliaryTrainingWrapper._forward_wrapped_passthrough,delete_adapter
  TRANSFORMERS_MODELS_TO_C3A_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_RANDLORA_TARGET_MODULES_MAPPING _get_no_split_modules
  create_attention_mask set_additional_trainable_modules
 +0.17 TRANSFORMERS_MODELS_TO_LOHA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_LOKR_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_SHIRA_TARGET_MODULES_MAPPING match_target_against_key
 +0.18
  AuxiliaryTrainingWrapper._get_available_adapters,adapter_layer_names,check_set_adapter,merged_adapters,other_param_names,set_requires_grad
  AuxiliaryTrainingWrapper.set_adapter(inference_mode) ModulesToSaveWrapper.__init__(tied_module)
  ModulesToSaveWrapper.set_adapter(inference_mode)
  TRANSFORMERS_MODELS_TO_BOFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_DELORA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_HRA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_MISS_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_OFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_POLY_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_ROAD_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_WAVEFT_TARGET_MODULES_MAPPING _get_module_names_tied_with_embedding
  _get_submodules_with_grandparent
  TrainableTokensWrapper.__init__(adapter_name,module_to_save,tied_adapter,token_indices)
  TrainableTokensWrapper._active_adapter,_adapters,_check_forward_args,_create_new_hook,_disable_adapters,_error_message_name
  TrainableTokensWrapper._forward_wrapped,_forward_wrapped_mixed_batch,_forward_wrapped_passthrough,_getattr_wrapped,_hasattr_wrapped,_mixed_batch_forward
  TrainableTokensWrapper.active_adapter,active_adapters,adapter_state_dict,adapter_state_dict_load_map,check_module,delete_adapter
  TrainableTokensWrapper.disable_adapters,enable_adapters,forward,init_modules,original_module,set_adapter
  TrainableTokensWrapper.token_adapter,unload_and_optionally_merge_module,update
  _set_adapter(inference_mode) set_additional_trainable_modules(activate_adapter)
 +0.18-0.18 TRANSFORMERS_MODELS_TO_BONE_TARGET_MODULES_MAPPING
 +0.19 TRANSFORMERS_MODELS_TO_ADAMSS_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_GRALORA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_LILY_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_PEANUT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_PSOFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_PVERA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_TINYLORA_TARGET_MODULES_MAPPING _set_layer_requires_grad
  is_transformers_ge_v5_1_0
 +0.20 TRANSFORMERS_MODELS_TO_BEFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_DEFT_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_FROD_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_GLORA_TARGET_MODULES_MAPPING
  TRANSFORMERS_MODELS_TO_UNILORA_TARGET_MODULES_MAPPING is_gptqmodel_awq_layer
  is_gptqmodel_quant_linear prepare_model_for_kbit_training(auto_clear_cache)
 +0.21 TRANSFORMERS_MODELS_TO_SUPERTUNING_TARGET_MODULES_MAPPING is_transformers_ge_v5
 +0.5 ModulesToSaveWrapper._create_new_hook,disable_adapters _get_batch_size _is_valid_match
  get_quantization_config infer_device
 +0.5-0.18 get_auto_gptq_quant_linear is_auto_gptq_available
 +0.6 ModulesToSaveWrapper._active_adapter,_disable_adapters,enable_adapters,set_adapter
  id_tensor_storage is_torch_tpu_available starcoder_model_postprocess_past_key_value
  prepare_model_for_kbit_training(gradient_checkpointing_kwargs)
 +0.6-0.14 ModulesToSaveWrapper.set_adapter(adapter_name)
 +0.7 EMBEDDING_LAYER_NAMES
 +0.8 INCLUDE_LINEAR_LAYERS_SHORTHAND cast_mixed_precision_params
 +0.8-0.13 ModulesToSaveWrapper.weight
 +0.9 ModulesToSaveWrapper.check_module check_file_exists_on_hf_hub str_to_bool
 -0.14 ModulesToSaveWrapper.forward(x)
 -0.4 CLAMP_QUANTILE
 -0.5 add_library_to_model_card
 -0.7 COMMON_LAYERS_PATTERN
 -0.9 prepare_model_for_int8_training
utils.peft_types
 +0.11 PeftType.BOFT,LN_TUNING,VERA
 +0.12 PeftType.FOURIERFT,HRA,XLORA
 +0.13 PeftType.VBLORA
 +0.14 PeftType.CPT
 +0.14-0.18 PeftType.BONE
 +0.15 PeftType.TRAINABLE_TOKENS register_peft_method
 +0.16 PeftType.C3A,RANDLORA
 +0.17 PeftType.MISS,SHIRA
 +0.18 PeftType.DELORA,OSF,ROAD,WAVEFT
 +0.19 PeftType.ADAMSS,CARTRIDGE,GRALORA,LILY,PEANUT,PSOFT PeftType.PVERA,TINYLORA
 +0.20 PeftType.BEFT,DEFT,FROD,GLORA,HIRA,UNILORA
 +0.21 PeftType.SHADOW,SUPERTUNING
 +0.5 .
 +0.6 PeftType.LOHA,LOKR,MULTITASK_PROMPT_TUNING
 +0.7 PeftType.OFT
 +0.8 PeftType.POLY
utils.quantization_utils
 +0.20 .
 +0.21 is_torchao_ge_v0_18_0
utils.save_and_load
 +0.11 _find_mismatched_keys set_peft_model_state_dict(ignore_mismatched_sizes)
 +0.13 set_peft_model_state_dict(low_cpu_mem_usage) torch_load
 +0.14 _insert_adapter_name_into_state_dict
 +0.14-0.20 PEFT_TYPE_TO_PREFIX_MAPPING
 +0.15 AuxiliaryTrainingWrapper
 +0.17 INCLUDE_LINEAR_LAYERS_SHORTHAND match_target_against_key
 +0.19 TpInfo _get_tp_info _maybe_shard_state_dict_for_tp is_transformers_ge_v5
 +0.20 _filter_state_dict_for_adapter_name _get_adapter_state_dict_key_prefixes _is_adapter_key
  _peft_key_to_original_key get_base_model_state_dict set_base_model_state_dict
 +0.21 PEFT_TYPE_TO_TUNER_MAPPING PeftWarning _reshard_dtensor_values_for_load
  _validate_lora_adapter_state_dict dtensor_from_local_like is_transformers_dtensor_tp
 +0.5 SAFETENSORS_WEIGHTS_NAME WEIGHTS_NAME infer_device load_peft_weights
 +0.5-0.6 hub_file_exists
 +0.6 get_peft_model_state_dict(unwrap_compiled)
 +0.7 EMBEDDING_LAYER_NAMES get_embedding_layer_name has_valid_embedding_base_layer
  get_peft_model_state_dict(save_embedding_layers)
 +0.9 check_file_exists_on_hf_hub
 -0.4 PromptLearningConfig
utils.transformers_weight_conversion
 +0.19 .
 +0.20 INCLUDE_LINEAR_LAYERS_SHORTHAND PeftConfig _maybe_include_all_linear_layers
  _resolve_string_target_modules check_target_module_exists
utils.warning
 +0.18 .
"""

USES = r"""
accelerate.utils
 +0.5 is_npu_available
accelerate.utils.memory
 +0.15 clear_device_cache
huggingface_hub
 +0.7 file_exists
huggingface_hub.errors
 +0.13 HFValidationError
 +0.14 EntryNotFoundError LocalEntryNotFoundError
transformers
 +0.14 Cache DynamicCache EncoderDecoderCache
 +0.16 HybridCache
transformers.conversion_mapping
 +0.19 _MODEL_TO_CONVERSION_PATTERN get_checkpoint_conversion_mapping get_model_conversion_mapping
transformers.core_model_loading
 +0.19 Concatenate ConversionOps MergeModulelist Transpose WeightConverter WeightRenaming
  dot_natural_key rename_source_key
transformers.distributed.sharding_utils
 +0.21 DtensorShardOperation
transformers.distributed.tensor_parallel
 +0.21 ALL_PARALLEL_STYLES
transformers.distributed.utils
 +0.21 is_dtensor
transformers.integrations.tensor_parallel
 +0.19 ALL_PARALLEL_STYLES ColwiseParallel EmbeddingParallel RowwiseParallel
  add_tensor_parallel_hooks_to_module gather_state_dict_for_save
transformers.masking_utils
 +0.17 create_masks_for_generate
transformers.modeling_layers
 +0.18 GradientCheckpointingLayer
"""
