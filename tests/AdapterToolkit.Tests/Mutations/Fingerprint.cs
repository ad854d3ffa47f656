using System.IO.Hashing;
using System.Runtime.InteropServices;
using AdapterToolkit.Models;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Tests.Mutations;

/// <summary>Describes a model bit for bit.</summary>
internal static class Fingerprint
{
    /// <summary>The frozen weights and all that trains.</summary>
    /// <param name="model">The model, loaded.</param>
    public static string Of(LanguageModel model)
    {
        XxHash3 hash = new();
        foreach (FrozenWeight weight in model.SelfAndDescendants.SelectMany(module => module.FrozenWeights).Distinct())
        {
            if (weight.Format.Numbers is null)
                Append(hash, weight.Data);
            else
                hash.Append(MemoryMarshal.AsBytes(weight.Packed.CodeWords));
        }

        foreach (Parameter parameter in model.TrainableParameters)
        {
            hash.Append(MemoryMarshal.AsBytes(parameter.Name.AsSpan()));
            Append(hash, parameter.Value);
        }

        return Convert.ToHexString(hash.GetCurrentHash());
    }

    private static void Append(XxHash3 hash, Tensor tensor) => hash.Append(MemoryMarshal.AsBytes<float>(tensor.Span));
}
