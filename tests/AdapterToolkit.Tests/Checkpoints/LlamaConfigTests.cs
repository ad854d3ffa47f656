using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using AdapterToolkit.Operators;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

public sealed class LlamaConfigTests : IDisposable
{
    private const string Small = """
        {"model_type": "llama", "vocab_size": 100, "hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4}
        """;

    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder[LlamaConfig.FileName];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_missing_has_the_reference_s_defaults()
    {
        LlamaConfig config = Read("{}");
        Assert.Equal((4, 12, 10000.0, 2048, 1e-6f), (config.KeyValueHeads, config.HeadDim, config.RotaryBase, config.MaxPositions, config.RmsNormEps));
        Assert.Equal((false, false, false), (config.AttentionBias, config.MlpBias, config.TieWordEmbeddings));
        Assert.Null(config.RotaryScaling);
        Assert.Empty(config.EndOfTextIds);
    }

    [Fact]
    public void Golden_configuration_reads_and_is_written_back()
    {
        LlamaConfig config = LlamaConfig.FromFile(Fixtures.PathOf("llama-tiny", "base", LlamaConfig.FileName));
        config.Write(FilePath);
        Assert.Equal(config, LlamaConfig.FromFile(FilePath));
    }

    [Theory]
    [InlineData("""
        {"rope_theta": 500000, "rope_scaling":
            {"rope_type": "llama3", "factor": 32, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 8192}}
        """)]
    [InlineData("""
        {"rope_scaling":
            {"type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192},
         "rope_theta": 5e5}
        """)]
    [InlineData("""
        {"rope_parameters":
            {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
             "original_max_position_embeddings": 8192}}
        """)]
    public void Rotary_settings_read_in_old_and_new_spelling(string json)
    {
        LlamaConfig config = Read(json);
        Assert.Equal(500000, config.RotaryBase);
        Assert.Equal(new RotaryScaling(32, 1, 4, 8192), config.RotaryScaling);
        (config with { EndOfTextIds = [1, 2], BeginningOfTextId = 3, AttentionBias = true, RmsNormEps = 1e-5f }).Write(FilePath);
        LlamaConfig again = LlamaConfig.FromFile(FilePath);
        Assert.Equal(config.RotaryScaling, again.RotaryScaling);
        Assert.Equal([1, 2], again.EndOfTextIds);
        string text = File.ReadAllText(FilePath);
        Assert.Contains("\"rms_norm_eps\": 1E-05", text);
        Assert.Contains("\"rope_theta\": 500000.0", text);
    }

    [Theory]
    [InlineData("""{"model_type": "mistral"}""", "'model_type' is 'mistral'")]
    [InlineData("""{"model_type": null}""", "'model_type' is missing")]
    [InlineData("""{"hidden_act": "gelu"}""", "'hidden_act' is 'gelu'")]
    [InlineData("""{"hidden_size": 0}""", "'hidden_size' is 0")]
    [InlineData("""{"hidden_size": 2000000000}""", "'hidden_size' is 2000000000")]
    [InlineData("""{"hidden_size": 49}""", "'hidden_size' (49) is not divisible")]
    [InlineData("""{"hidden_size": 12}""", "'head_dim' is 3")]
    [InlineData("""{"vocab_size": -1}""", "'vocab_size' is -1")]
    [InlineData("""{"vocab_size": "100"}""", "'vocab_size' is \"100\"")]
    [InlineData("""{"num_hidden_layers": 1e9}""", "'num_hidden_layers' is 1e9")]
    [InlineData("""{"num_key_value_heads": 3}""", "not divisible by 'num_key_value_heads' (3)")]
    [InlineData("""{"num_key_value_heads": 8}""", "'num_key_value_heads' is 8")]
    [InlineData("""{"rms_norm_eps": 0}""", "'rms_norm_eps' is 0")]
    [InlineData("""{"rms_norm_eps": 1e-300}""", "'rms_norm_eps' is 1E-300")]
    [InlineData("""{"attention_bias": 1}""", "'attention_bias' is not true or false")]
    [InlineData("""{"eos_token_id": [1, "x"]}""", "'eos_token_id'")]
    [InlineData("""{"rope_theta": -5}""", "'rope_theta' is -5")]
    [InlineData("""{"rope_scaling": {"type": "yarn", "factor": 2}}""", "'rope_scaling.type' is 'yarn'")]
    [InlineData("""{"rope_parameters": {"rope_type": "dynamic"}}""", "'rope_parameters.rope_type' is 'dynamic'")]
    [InlineData("""{"rope_parameters": {"rope_type": "llama3", "factor": 8}}""", "'rope_parameters.low_freq_factor' is missing")]
    [InlineData("""{"rope_parameters": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4}}""",
        "must be greater than 'low_freq_factor'")]
    [InlineData("""{"quantization_config": {"quant_method": "bitsandbytes"}}""", "'quantization_config.load_in_4bit' is not true")]
    [InlineData("""{"quantization_config": {"quant_method": "gptq", "bits": 4}}""", "'quantization_config.quant_method' is 'gptq'")]
    [InlineData("""{"quantization_config": {"quant_method": "bitsandbytes", "load_in_8bit": true}}""", "Linear8bitLt")]
    [InlineData("""{"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_quant_type": "int4"}}""",
        "'quantization_config.bnb_4bit_quant_type' is 'int4'")]
    [InlineData("""{"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_quant_storage": "bfloat16"}}""",
        "'quantization_config.bnb_4bit_quant_storage' is 'bfloat16'")]
    [InlineData("""{"rope_theta": 1e300}""", "'rope_theta' is 1")]
    [InlineData("""{"rms_norm_eps": 1e300}""", "'rms_norm_eps' is 1")]
    [InlineData("""{"rope_scaling": {"rope_type": "llama3", "factor": 1e300, "low_freq_factor": 1, "high_freq_factor": 4}}""", "'rope_scaling.factor' is 1")]
    [InlineData("""{"rope_scaling": {"rope_type": "linear", "factor": 4.0}, "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}}""",
        "'rope_scaling.rope_type' is 'linear'")]
    [InlineData("""{"rope_scaling": {"rope_type": "llama3", "type": "linear", "factor": 4.0}}""",
        "'rope_scaling.rope_type' is 'llama3', but 'type' is 'linear'")]
    [InlineData("""{"rope_theta": 20000, "rope_parameters": {"rope_theta": 10000}}""", "'rope_theta' is 20000, but rope_parameters.rope_theta is 10000")]
    [InlineData(
        """
        {"rope_parameters": {"rope_type": "default", "rope_theta": 500000.0},
         "rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4}}
        """,
        "'rope_parameters.rope_theta' is 500000")]
    [InlineData("""{"rope_parameters": {"rope_theta": 10000, "factor": 8}}""", "'rope_parameters.factor' is 8")]
    [InlineData("""{"rope_parameters": {"rope_theta": 10000, "attention_factor": 0.7}}""", "'rope_parameters.attention_factor' is 0.7")]
    [InlineData("""{"partial_rotary_factor": 0.5}""", "'partial_rotary_factor' is 0.5")]
    [InlineData("""{"attention_dropout": 0.1}""", "'attention_dropout' is 0.1")]
    [InlineData("""{"sliding_window": 128}""", "'sliding_window' is 128")]
    [InlineData("""{"logit_scale": 0.0625}""", "'logit_scale' is 0.0625")]
    [InlineData("""{"attention_multiplier": 0.5}""", "'attention_multiplier' is 0.5")]
    [InlineData("""{"query_pre_attn_scalar": 256}""", "'query_pre_attn_scalar' is 256")]
    [InlineData("""{"final_logit_softcapping": 30.0}""", "'final_logit_softcapping' is 30.0")]
    [InlineData("""{"num_local_experts": 8}""", "'num_local_experts' is 8")]
    [InlineData("""{"layer_types": ["full_attention", "sliding_attention"]}""", "'layer_types' has \"sliding_attention\"")]
    [InlineData("""{"no_rope_layers": [1, 0]}""", "'no_rope_layers' has 0")]
    [InlineData("""{"is_causal": false}""", "'is_causal' is false")]
    [InlineData("""{"architectures": ["MistralForCausalLM"]}""", "'architectures' names 'MistralForCausalLM'")]
    [InlineData("""{"pretraining_tp": 2}""", "'pretraining_tp' is 2")]
    [InlineData("""{"pretraining_tp": "2"}""", "'pretraining_tp' is \"2\"")]
    [InlineData("""{"dtype": "bfloat16", "torch_dtype": "float16"}""", "'torch_dtype' is 'float16', but 'dtype' is 'bfloat16'")]
    [InlineData("""{"dtype": "torch.float32", "torch_dtype": "bfloat16"}""", "'torch_dtype' is 'bfloat16', but 'dtype' is 'float32'")]
    [InlineData("""{"dtype": "float8"}""", "'dtype' is 'float8'")]
    [InlineData("""{"dtype": null, "torch_dtype": "torch.float64"}""", "'torch_dtype' is 'torch.float64'")]
    [InlineData("""{"torch_dtype": 16}""", "'torch_dtype' is not a text")]
    [InlineData("""{"hidden_act": "silu", "hidden_activation": "gelu_pytorch_tanh"}""", "'hidden_activation' is 'gelu_pytorch_tanh'")]
    [InlineData("""{"hidden_act": "silu", "activation_function": "relu"}""", "'activation_function' is 'relu'")]
    [InlineData("""{"d_model": 64}""", "'d_model' is 64, but 'hidden_size' is 48")]
    [InlineData("""{"ffn_dim": 97}""", "'ffn_dim' is 97, but 'intermediate_size' is 96")]
    [InlineData("""{"n_layer": 3}""", "'n_layer' is 3, but 'num_hidden_layers' is 2")]
    [InlineData("""{"n_head": 2}""", "'n_head' is 2, but 'num_attention_heads' is 4")]
    [InlineData("""{"num_key_value_heads": 2, "num_kv_heads": 4}""", "'num_kv_heads' is 4, but 'num_key_value_heads' is 2")]
    [InlineData("""{"head_dim": 12, "kv_channels": 16}""", "'kv_channels' is 16, but 'head_dim' is 12")]
    [InlineData("""{"rms_norm_eps": 1e-5, "norm_eps": 1e-6}""", "'norm_eps' is 1E-06, but 'rms_norm_eps' is 1E-05")]
    [InlineData("""{"compression_config": {"format": "pack-quantized"}}""", "'compression_config' says")]
    public void Bad_values_name_file_and_key(string change, string expected)
    {
        CheckpointException error = Assert.Throws<CheckpointException>(() => Read(change));
        Assert.StartsWith(FilePath, error.Message);
        Assert.Contains(expected, error.Message);
    }

    /// <summary>"Off" as files write it.</summary>
    [Theory]
    [InlineData("null")]
    [InlineData("false")]
    [InlineData("0")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    public void Settings_that_are_off_are_as_if_they_were_missing(string off)
    {
        string[] keys =
        [
            "rope_scaling", "rope_parameters", "quantization_config", "attention_dropout",
            "sliding_window", "attention_bias", "mlp_bias", "tie_word_embeddings", "attn_logit_softcapping",
            "num_local_experts", "layer_types", "no_rope_layers", "pruned_heads", "is_encoder_decoder", "architectures", "use_qk_norm",
            "pretraining_tp", "dtype", "torch_dtype", "n_inner",
        ];
        LlamaConfig expected = Read("{}");
        foreach (string key in keys)
            Assert.Equal(expected, Read($$"""{"{{key}}": {{off}}}"""));
    }

    [Theory]
    [InlineData("""{"sliding_window": 4096, "use_sliding_window": false, "is_causal": true}""")]
    [InlineData("""{"sliding_window": 2048, "layer_types": ["full_attention", "full_attention"], "no_rope_layers": [1, 1]}""")]
    [InlineData("""{"logit_scale": 1, "embedding_multiplier": 1.0, "residual_multiplier": 1.0, "query_pre_attn_scalar": 12, "partial_rotary_factor": 1.0}""")]
    [InlineData("""{"architectures": ["LLaMAForCausalLM"], "pretraining_tp": 1, "initializer_range": 0.02, "use_cache": false}""")]
    [InlineData("""{"dtype": "bfloat16", "torch_dtype": "torch.bfloat16", "hidden_act": "silu", "hidden_activation": "swish", "activation_function": null}""")]
    [InlineData("""{"d_model": 48, "n_inner": null, "num_layers": 2, "n_heads": 4.0, "dtype": null, "torch_dtype": "float16"}""")]
    [InlineData("""{"rope_theta": 10000.0, "rope_parameters": {"rope_type": "default", "rope_theta": 10000, "partial_rotary_factor": 1}}""")]
    public void Settings_that_change_nothing_are_accepted(string json) => Assert.Equal(Read("{}"), Read(json));

    [Fact]
    public void The_scaling_of_old_files_counts_beside_the_parameters_of_new_ones()
    {
        LlamaConfig config = LlamaConfig.FromFile(Fixtures.OwnPathOf("cases", "02-rope-scaling-beside-rope-parameters", LlamaConfig.FileName));
        Assert.Equal((10000.0, new RotaryScaling(8, 1, 4, 16)), (config.RotaryBase, config.RotaryScaling));
    }

    [Fact]
    public void A_4_bit_configuration_of_bitsandbytes_reads_and_writes()
    {
        Assert.Null(Read("{}").Quantization);
        LlamaConfig config = Read("""
            {"quantization_config": {"_load_in_4bit": true, "_load_in_8bit": false, "load_in_4bit": true, "load_in_8bit": false, "quant_method": "bitsandbytes",
             "bnb_4bit_compute_dtype": "bfloat16", "bnb_4bit_quant_storage": "uint8", "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": true,
             "llm_int8_has_fp16_weight": false, "llm_int8_skip_modules": ["lm_head"], "llm_int8_threshold": 6.0}}
            """);
        Assert.Equal(new BitsAndBytesConfig { Format = QuantizationFormat.NF4, DoubleQuantized = true }, config.Quantization);

        config.Write(FilePath);
        Assert.Equal(config, LlamaConfig.FromFile(FilePath));
        JsonNode written = JsonNode.Parse(File.ReadAllText(FilePath))!["quantization_config"]!;
        Assert.Equal("bitsandbytes", (string?)written["quant_method"]);
        Assert.True((bool)written["load_in_4bit"]!);
        Assert.Equal("nf4", (string?)written["bnb_4bit_quant_type"]);
        Assert.True((bool)written["bnb_4bit_use_double_quant"]!);
        Assert.Equal("float32", (string?)written["bnb_4bit_compute_dtype"]);
        Assert.Equal("lm_head", (string?)written["llm_int8_skip_modules"]![0]);
    }

    [Fact]
    public void Real_model_s_configuration_reads()
    {
        LlamaConfig config = LlamaConfig.FromFile(Path.Combine(PretrainedModels.FolderOf("smollm2-135m-instruct"), LlamaConfig.FileName));
        Assert.Equal((576, 30, 9, 3, 64, 100000.0), (config.HiddenSize, config.Layers, config.Heads, config.KeyValueHeads, config.HeadDim, config.RotaryBase));
        Assert.True(config.TieWordEmbeddings);
        Assert.Equal([2], config.EndOfTextIds);
    }

    private LlamaConfig Read(string change)
    {
        JsonNode root = JsonNode.Parse(Small)!;
        foreach ((string key, JsonNode? value) in JsonNode.Parse(change)!.AsObject())
            root[key] = value?.DeepClone();
        File.WriteAllText(FilePath, root.ToJsonString());
        return LlamaConfig.FromFile(FilePath);
    }
}
