using System.Text.Json.Nodes;
using AdapterToolkit.Adapters;
using AdapterToolkit.Devices;
using AdapterToolkit.Formats;
using AdapterToolkit.Loading;
using AdapterToolkit.Tests.Support;
using Xunit;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace AdapterToolkit.Tests.LanguageModels;

/// <summary>What the settings of a saved adapter say: its base, and what the adapter that was loaded said.</summary>
[Trait("Device", "cpu")]
public sealed class SavedAdapterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CpuDevice _device = new();

    private static string Base => Fixtures.PathOf("llama-tiny", "base");

    private static string Case => Fixtures.OwnPathOf("cases", "08-adapter-without-its-base-model-s-name");

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_fresh_adapter_names_the_folder_of_its_base_unless_told_otherwise()
    {
        using LlamaModel model = LlamaModel.Load(Base + Path.DirectorySeparatorChar, _device);
        model.Adapter.Initialize();
        Assert.Equal(Path.GetFullPath(Base), Saved(model).BaseModel);

        model.Adapter.BaseModel = "org/model";
        model.Adapter.Initialize(seed: 1);
        Assert.Equal("org/model", Saved(model).BaseModel);
        Assert.Null(Saved(model).Revision);
        Assert.Equal("CAUSAL_LM", Saved(model).TaskType);
    }

    [Fact]
    public void An_adapter_that_is_loaded_and_saved_keeps_the_text_of_its_settings()
    {
        string text = File.ReadAllText(Path.Combine(Case, "adapter_config.json")), adapter = AdapterWith(text);
        using LlamaModel model = LlamaModel.Load(Base, _device);
        model.Adapter.Load(adapter);
        Assert.Equal(("org/some-base", 0.05), (model.Adapter.BaseModel, model.Adapter.Dropout));

        model.Adapter.Save(_folder["saved"]);

        Assert.Equal(text, File.ReadAllText(Path.Combine(_folder["saved"], "adapter_config.json")));
    }

    [Theory]
    [InlineData("exclude_modules", "[\"layers.7.mlp.up_proj\"]")]
    [InlineData("exclude_modules", "\"lm_head\"")]
    [InlineData("layers_to_transform", "[0,1,2]")]
    [InlineData("layers_pattern", "\"layers\"")]
    [InlineData("target_modules", "\"all-linear\"")]
    [InlineData("target_modules", "\".*proj\"")]
    [InlineData("task_type", "null")]
    [InlineData("rank_pattern", "{\"^nothing\":2}")]
    [InlineData("some_day", "{\"deep\":[1e-05]}")]
    public void What_is_still_true_is_kept(string key, string value)
    {
        string adapter = AdapterWith(Changed((key, JsonNode.Parse(value))));
        using LlamaModel model = LlamaModel.Load(Base, _device);
        model.Adapter.Load(adapter);

        model.Adapter.Save(_folder["saved"]);

        Assert.Equal(File.ReadAllText(Path.Combine(adapter, "adapter_config.json")), File.ReadAllText(Path.Combine(_folder["saved"], "adapter_config.json")));
    }

    [Fact]
    public void What_is_no_longer_true_changes_and_the_rest_stays()
    {
        using LlamaModel model = LlamaModel.Load(Base, _device);
        model.Adapter.Load(AdapterWith(Changed(("exclude_modules", new JsonArray("lm_head")))));
        model.Adapter.BaseModel = "org/other";
        model.LinearLayers.First().SetFactors(null);

        model.Adapter.Save(_folder["saved"]);

        PeftAdapterFile again = PeftAdapterFile.Read(_folder["saved"]);
        Assert.Equal(20, again.Layers.Count);
        Assert.Equal(20, again.Config.TargetModules.Count);
        Assert.Empty(again.Config.ExcludeModules);
        Assert.Equal(("org/other", "abc", 0.05), (again.Config.BaseModel, again.Config.Revision, again.Config.Dropout));
        JsonObject json = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder["saved"], "adapter_config.json")))!.AsObject();
        Assert.Equal("0.21.2", (string?)json["peft_version"]);
        Assert.Equal("megatron.core", (string?)json["megatron_core"]);
    }

    [Fact]
    public void A_fresh_start_forgets_the_adapter_that_was_loaded()
    {
        using LlamaModel model = LlamaModel.Load(Base, _device);
        model.Adapter.Load(AdapterWith(File.ReadAllText(Path.Combine(Case, "adapter_config.json"))));
        model.Adapter.Initialize();

        PeftAdapterConfig saved = Saved(model);
        Assert.Equal((Path.GetFullPath(Base), null, 0.0), (saved.BaseModel, saved.Revision, saved.Dropout));
    }

    private PeftAdapterConfig Saved(LlamaModel model)
    {
        model.Adapter.Save(_folder["saved"]);
        return PeftAdapterConfig.FromFile(Path.Combine(_folder["saved"], "adapter_config.json"));
    }

    private static string Changed(params (string Key, JsonNode? Value)[] changes)
    {
        JsonObject json = JsonNode.Parse(File.ReadAllText(Path.Combine(Case, "adapter_config.json")))!.AsObject();
        foreach ((string key, JsonNode? value) in changes)
            json[key] = value;
        return json.ToJsonString();
    }

    private string AdapterWith(string config)
    {
        string folder = _folder["adapter"];
        Directory.CreateDirectory(folder);
        File.Copy(Fixtures.PathOf("llama-tiny", "lora_all_r4", "adapter", "adapter_model.safetensors"),
            Path.Combine(folder, "adapter_model.safetensors"), overwrite: true);
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), config);
        return folder;
    }
}
