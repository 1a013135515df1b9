"""ms-swift: which releases have what; written by scripts/api_history."""

PROJECT = "ms-swift"

RELEASES = r"""
1.0 1.1 1.2 1.3 1.4 1.5 1.6 1.7 2.0 2.1 2.2 2.3 2.4 2.5 2.6 3.0 3.1 3.2 3.3 3.4 3.5 3.6 3.7 3.8
3.9 3.10 3.11 3.12 4.0 4.1 4.2 4.3 4.4 4.5 4.6
"""

USES = r"""
accelerate.utils
 +3.1 is_peft_model
accelerate.utils.fsdp_utils
 +3.12 fsdp2_prepare_model
 +4.5 enable_fsdp_ram_efficient_loading
datasets.exceptions
 +2.0-2.1 DatasetGenerationError
datasets.features
 +4.2 Json List
huggingface_hub.dataclasses
 +4.6 strict
huggingface_hub.hf_api
 +2.4 future_compatible
peft
 +1.5 LoHaConfig LoKrConfig LoftQConfig OFTConfig
 +2.0 BOFTConfig VeraConfig
 +2.3 BOFTModel FourierFTConfig VeraModel
 +3.0 BoneConfig
peft.config
 +2.0 PeftConfigMixin
peft.import_utils
 +1.1-1.3 is_auto_gptq_available
peft.tuners.lora
 +1.1-1.4 Linear4bit Linear8bitLt
 +1.1-3.1 QuantLinear
peft.tuners.lora.aqlm
 +1.7-3.1 AqlmLoraLinear
peft.tuners.lora.awq
 +1.6-3.1 AwqLoraLinear
peft.tuners.lora.bnb
 +1.5 Linear4bit Linear8bitLt
peft.tuners.lora.eetq
 +2.0-3.1 EetqLoraLinear
peft.tuners.lora.hqq
 +2.0-3.1 HqqLoraLinear
peft.tuners.lora.layer
 +3.7-4.0 LoraLayer
peft.tuners.lora.tp_layer
 +1.5 LoraParallelLinear
peft.tuners.tuners_utils
 +1.5 BaseTunerLayer
 +2.0 _maybe_include_all_linear_layers
 +3.3 check_adapters_to_merge
 +3.7-4.0 BaseTuner
peft.utils
 +1.1 get_quantization_config
 +1.1-3.2 get_auto_gptq_quant_linear
peft.utils.integrations
 +2.0 gather_params_ctx
transformers
 +1.6-3.9 AwqConfig
 +2.0 Cache EetqConfig HqqConfig LlavaConfig LlavaForConditionalGeneration
 +2.1 PaliGemmaForConditionalGeneration
 +2.2 LlavaNextForConditionalGeneration LlavaNextVideoForConditionalGeneration
 +2.3 LlavaOnevisionForConditionalGeneration Qwen2AudioForConditionalGeneration
 +2.3-4.5 AutoModelForVision2Seq
 +2.4 Qwen2VLForConditionalGeneration
 +2.5 MllamaForConditionalGeneration
 +2.5-2.6 GPTQConfig
 +3.0 QuantoConfig SiglipImageProcessor StaticCache
 +3.0-3.12 UnbatchedClassifierFreeGuidanceLogitsProcessor
 +3.1 Qwen2_5_VLForConditionalGeneration
 +3.11 Mistral3ForConditionalGeneration
 +3.12 HunYuanVLForConditionalGeneration
 +3.3 Llama4ForConditionalGeneration Qwen2_5OmniForConditionalGeneration Qwen2_5OmniProcessor
 +3.3-4.2 Qwen2_5OmniConfig
 +3.6 FineGrainedFP8Config Gemma3nForConditionalGeneration Glm4vForConditionalGeneration
 +3.8 AutoModelForImageTextToText Glm4vMoeForConditionalGeneration
 +3.9 Qwen3OmniMoeForConditionalGeneration Qwen3OmniMoeProcessor Qwen3VLForConditionalGeneration
  Qwen3VLMoeForConditionalGeneration
 +3.9-4.2 Qwen3OmniMoeConfig
 +4.0 Gemma3ForConditionalGeneration Qwen3_5ForConditionalGeneration
  Qwen3_5MoeForConditionalGeneration
 +4.1 Gemma4ForConditionalGeneration
 +4.3 DiffusionGemmaForBlockDiffusion Gemma4UnifiedForConditionalGeneration
 +4.5 DynamicLayer MuseGlimmerForConditionalGeneration Qwen3_5MoePreTrainedModel
  Qwen3_5PreTrainedModel
 +4.6 Glm5NextForConditionalGeneration
transformers.audio_utils
 +3.7-3.12 load_audio
transformers.cache_utils
 +4.5 DynamicCache
transformers.conversion_mapping
 +4.6 register_checkpoint_conversion_mapping
transformers.core_model_loading
 +4.5 revert_weight_conversion
 +4.6 Concatenate MergeModulelist WeightConverter
transformers.image_utils
 +3.8-3.12 concatenate_list make_flat_list_of_images
transformers.integrations
 +1.7 is_deepspeed_zero3_enabled
 +4.0 deepspeed_config
transformers.integrations.deepspeed
 +2.6-2.6 HfTrainerDeepSpeedConfig
transformers.integrations.moe
 +4.6 use_experts_implementation
transformers.modeling_flash_attention_utils
 +3.0 _flash_attention_forward
 +3.4 is_flash_attn_available
transformers.modeling_rope_utils
 +3.6-4.0 ROPE_INIT_FUNCTIONS
 +4.0-4.0 RotaryEmbeddingConfigMixin
transformers.modeling_utils
 +2.3-3.6 load_sharded_checkpoint
 +3.4 ALL_ATTENTION_FUNCTIONS
transformers.models.gemma3.processing_gemma3
 +3.2-3.12 Gemma3ProcessorKwargs
transformers.models.gemma3n.processing_gemma3n
 +3.6-3.12 Gemma3nProcessorKwargs
transformers.models.gemma4.modeling_gemma4
 +4.2 create_causal_mask_mapping get_block_sequence_ids_for_mask
transformers.models.glm4v
 +3.12-3.12 modeling_glm4v
transformers.models.glm4v_moe
 +3.12-3.12 modeling_glm4v_moe
 +3.8-4.0 Glm4vMoeTextModel
transformers.models.got_ocr2
 +3.1 GotOcr2ForConditionalGeneration
transformers.models.llama4
 +3.11-4.0 Llama4TextModel
transformers.models.qwen2
 +3.11 modeling_qwen2
 +3.8-4.0 Qwen2ForCausalLM
transformers.models.qwen2_5_omni
 +3.8-4.0 Qwen2_5OmniThinkerTextModel
 +3.9-3.10 Qwen2_5OmniTalkerForConditionalGeneration Qwen2_5OmniToken2WavModel
transformers.models.qwen3
 +3.11 modeling_qwen3
transformers.models.qwen3_moe
 +3.11 modeling_qwen3_moe
transformers.models.qwen3_omni_moe
 +3.9-3.10 Qwen3OmniMoeCode2Wav Qwen3OmniMoeTalkerForConditionalGeneration
 +3.9-4.0 Qwen3OmniMoeThinkerTextModel
transformers.models.qwen3_omni_moe.modeling_qwen3_omni_moe
 +3.9 Qwen3OmniMoeThinkerCausalLMOutputWithPast
transformers.models.qwen3_vl
 +3.9-4.0 Qwen3VLTextModel
 +4.5 modeling_qwen3_vl
transformers.models.qwen3_vl.modeling_qwen3_vl
 +3.9 Qwen3VLModelOutputWithPast
transformers.models.qwen3_vl_moe
 +3.12 modeling_qwen3_vl_moe
 +3.9-4.0 Qwen3VLMoeTextModel
transformers.models.qwen3_vl_moe.modeling_qwen3_vl_moe
 +3.9 Qwen3VLMoeModelOutputWithPast
transformers.trainer
 +1.2-2.3 IntervalStrategy
transformers.trainer_callback
 +3.8 ExportableState
transformers.trainer_utils
 +3.8 SaveStrategy
 -1.1 ShardedDDPOption
 -3.8 EvaluationStrategy
transformers.utils
 +1.7 is_torch_npu_available
 +4.6 is_torch_musa_available
transformers.utils.quantization_config
 +3.11 FineGrainedFP8Config
transformers.video_utils
 +3.6 load_video
 +3.8-3.12 make_batched_videos
trl
 +1.5 DPOTrainer
 +2.0-3.12 ORPOTrainer
 +2.2 KTOTrainer
 +2.2-3.12 CPOTrainer
 +2.5-2.6 AutoModelForCausalLMWithValueHead
 +2.5-3.0 PPOv2Trainer
 +3.0 DPOConfig KTOConfig RewardConfig
 +3.0-3.0 PPOv2Config
 +3.0-3.12 CPOConfig ORPOConfig
 +3.1 GRPOConfig GRPOTrainer
 +3.1-3.12 PPOConfig PPOTrainer
 +3.6-3.12 GKDConfig GKDTrainer
trl.extras.profiling
 +3.4-3.6 profiling_decorator
 +3.5-3.6 profiling_context
trl.import_utils
 +3.5-3.12 is_liger_kernel_available
trl.models
 +3.1-3.1 unwrap_model_for_generation
 +3.4 prepare_deepspeed
 +3.6-3.12 get_act_offloading_ctx_manager
trl.models.utils
 +3.12 prepare_fsdp
 +3.2 add_hooks remove_hooks
 +3.3-3.3+3.5 prepare_deepspeed
trl.trainer
 +2.4 disable_dropout_in_model
 +2.4-3.12 FDivergenceConstants
trl.trainer.callbacks
 +3.5-4.0 SyncRefModelCallback
trl.trainer.dpo_config
 +3.7 DPOConfig
trl.trainer.grpo_config
 +3.5-3.11 GRPOConfig
trl.trainer.grpo_trainer
 +3.4 nanmax nanmin
 +3.5-3.12 nanstd
 +3.6 RepeatSampler
trl.trainer.utils
 +2.2-2.3 DPODataCollatorWithPadding pad pad_to_length
 +2.5-3.12 print_rich_table
 +3.1 selective_log_softmax
 +3.7-3.12 RunningMoments
 +4.2 RepeatSampler
"""
