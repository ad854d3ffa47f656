using AdapterToolkit.Modules;
using AdapterToolkit.Tests.Differentiation.Models;
using Xunit;

namespace AdapterToolkit.Tests.Modules;

/// <summary>A module without a weight that can train is refused where somebody marks it so past the analyzers.</summary>
public sealed class TrainableModuleTests
{
    [Fact]
    public void OneWithoutAWeightThatTrainsIsRefusedByName()
    {
        foreach (Module module in (Module[])[new TokenEmbedding(4, 4), new LanguageModelHead(4, 4), new Adapted(), new Holder(new RmsNorm(4, 1e-6f))])
        {
            NotSupportedException error = Assert.Throws<NotSupportedException>(() => new Holder(module).NameTree(""));
            Assert.StartsWith($"{module.GetType().Name} has no weight that can train.", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ANormIsNot() => new Holder(new RmsNorm(4, 1e-6f)).NameTree("");

    private sealed class Holder(Module module) : Module
    {
        public override IEnumerable<ModuleChild> Children => [new("held", module, Trainable: true)];
    }
}
