"""llamafactory: which releases have what; written by scripts/api_history."""

PROJECT = "llamafactory"

RELEASES = r"""
0.7 0.8 0.9
"""

USES = r"""
accelerate.utils.fsdp_utils
 +0.9 fsdp2_prepare_model
huggingface_hub.utils
 +0.9 WeakFileLock
peft
 +0.9 OFTConfig
transformers
  GPTQConfig is_torch_npu_available
 +0.8 EetqConfig HqqConfig
 +0.9 AsyncTextIteratorStreamer AutoModelForImageTextToText AutoModelForTextToWaveform
  FineGrainedFP8Config
 -0.8 AutoModelForVision2Seq
transformers.image_utils
 +0.9 make_flat_list_of_images
transformers.integrations
  is_deepspeed_zero3_enabled
 -0.7 deepspeed_config
transformers.integrations.hub_kernels
 +0.9 load_and_register_kernel
transformers.modeling_flash_attention_utils
 +0.9 prepare_fa_kwargs_from_position_ids
transformers.modeling_utils
  is_fsdp_enabled
transformers.models.llama.modeling_llama
 -0.8 LlamaFlashAttention2 LlamaSdpaAttention
transformers.trainer_pt_utils
  remove_dummy_checkpoint
transformers.training_args
 +0.9 _convert_str_dict
transformers.utils
  is_torch_npu_available is_torch_xpu_available
 +0.8 is_flash_attn_2_available is_nltk_available
 +0.8-0.8 is_jieba_available is_safetensors_available is_torch_sdpa_available
 +0.9 is_torch_bf16_available_on_device is_torch_fp16_available_on_device
transformers.video_utils
 +0.9 make_batched_videos
trl
  AutoModelForCausalLMWithValueHead DPOTrainer PPOConfig PPOTrainer
 +0.8 KTOTrainer
trl.core
  logprobs_from_logits
 -0.8 PPODecorators
trl.models.utils
 +0.8 unwrap_model_for_generation
 +0.9 prepare_deepspeed prepare_fsdp
trl.trainer
 +0.8 disable_dropout_in_model
trl.trainer.utils
 -0.7 disable_dropout_in_model
"""
