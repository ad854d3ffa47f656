using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Cpu;

/// <summary>Emits the vectorized C# of a set of linear kernels.</summary>
internal static class LinearCpuEmitter
{
    public static string Emit(LinearConfiguration configuration, string space)
    {
        SourceWriter writer = SourceWriter.File();
        writer.Open($"namespace {space}");
        writer.Open($"partial class {configuration.ClassName}");
        writer.Line("protected override void Forward(global::AdapterToolkit.Devices.CpuDevice device, global::AdapterToolkit.Tensors.Tensor x, global::AdapterToolkit.Tensors.FrozenWeight weight, global::AdapterToolkit.Tensors.FrozenWeight? bias, global::AdapterToolkit.Adapters.LowRankFactors? factors, global::AdapterToolkit.Tensors.Tensor? u, global::AdapterToolkit.Tensors.Tensor y) => throw new global::System.InvalidOperationException();");
        writer.Line("protected override void InputGradient(global::AdapterToolkit.Devices.CpuDevice device, global::AdapterToolkit.Tensors.Tensor dy, global::AdapterToolkit.Tensors.FrozenWeight weight, global::AdapterToolkit.Adapters.LowRankFactors? factors, global::AdapterToolkit.Tensors.Tensor? v, global::AdapterToolkit.Tensors.Tensor dx) => throw new global::System.InvalidOperationException();");
        writer.Line("protected override void ReduceGradient(global::AdapterToolkit.Devices.CpuDevice device, global::AdapterToolkit.Tensors.Tensor dy, global::AdapterToolkit.Adapters.LowRankFactors factors, global::AdapterToolkit.Tensors.Tensor v) => throw new global::System.InvalidOperationException();");
        writer.Line("protected override void FactorGradients(global::AdapterToolkit.Devices.CpuDevice device, global::AdapterToolkit.Tensors.Tensor x, global::AdapterToolkit.Tensors.Tensor dy, global::AdapterToolkit.Tensors.Tensor u, global::AdapterToolkit.Tensors.Tensor v, global::AdapterToolkit.Adapters.LowRankFactors factors) => throw new global::System.InvalidOperationException();");
        writer.Line("protected override void Merge(global::AdapterToolkit.Devices.CpuDevice device, global::AdapterToolkit.Tensors.FrozenWeight weight, global::AdapterToolkit.Adapters.LowRankFactors factors, float sign) => throw new global::System.InvalidOperationException();");
        writer.Close();
        writer.Close();
        return writer.ToString();
    }
}
