global using AdapterToolkit.Models.Llama;
global using AdapterToolkit.Tests.Support;
global using LlamaModel = AdapterToolkit.Models.Llama.LlamaModel<AdapterToolkit.Tests.Support.Projection>;
using AdapterToolkit.Devices;
using AdapterToolkit.Loading;
using AdapterToolkit.Models;
using AdapterToolkit.Weights;
using Xunit;

namespace AdapterToolkit.Tests.Support;

/// <summary>Loads the Llama of the tests as a user loads a model, with its type.</summary>
internal static class LlamaLoading
{
    extension(LlamaModel)
    {
        public static LlamaModel Load(string folder, ComputeDevice device, WeightStorage storage = WeightStorage.AsMarked) =>
            Assert.IsType<LlamaModel>(CausalModel.Load<Projection>(folder, device, storage));

        public static LlamaModel Load(string folder, ComputeDevice device, LoadOptions options, CancellationToken cancellationToken = default) =>
            Assert.IsType<LlamaModel>(CausalModel.Load<Projection>(folder, device, options, cancellationToken));
    }
}
