using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;
using AdapterToolkit.Weights;

namespace AdapterToolkit.CompilerServices;

/// <content>What the kernels do, for a device to choose its own of the two ways.</content>
public abstract partial class LinearKernels
{
    private readonly struct ForwardWork(
        LinearKernels kernels, Tensor x, FrozenWeight weight, FrozenWeight? bias, LowRankTerms terms, Tensor? u, Tensor y) : IDeviceWork
    {
        public void RunOn(CpuDevice device) => kernels.Forward(device, x, weight, bias, terms, u, y);

        public void RunOn(AcceleratorDevice device) => kernels.Forward(device, x, weight, bias, terms, u, y);
    }

    private readonly struct InputGradientWork(
        LinearKernels kernels, Tensor dy, FrozenWeight weight, LowRankTerms terms, Tensor? v, Tensor dx) : IDeviceWork
    {
        public void RunOn(CpuDevice device) => kernels.InputGradient(device, dy, weight, terms, v, dx);

        public void RunOn(AcceleratorDevice device) => kernels.InputGradient(device, dy, weight, terms, v, dx);
    }

    private readonly struct ReduceGradientWork(LinearKernels kernels, Tensor dy, LowRankTerms terms, Tensor v) : IDeviceWork
    {
        public void RunOn(CpuDevice device) => kernels.ReduceGradient(device, dy, terms, v);

        public void RunOn(AcceleratorDevice device) => kernels.ReduceGradient(device, dy, terms, v);
    }

    private readonly struct FactorGradientsWork(LinearKernels kernels, Tensor x, Tensor dy, Tensor u, Tensor v, LowRankFactors factors) : IDeviceWork
    {
        public void RunOn(CpuDevice device) => kernels.FactorGradients(device, x, dy, u, v, factors);

        public void RunOn(AcceleratorDevice device) => kernels.FactorGradients(device, x, dy, u, v, factors);
    }

    private readonly struct MergeWork(LinearKernels kernels, FrozenWeight weight, LowRankFactors factors, float sign) : IDeviceWork
    {
        public void RunOn(CpuDevice device) => kernels.Merge(device, weight, factors, sign);

        public void RunOn(AcceleratorDevice device) => kernels.Merge(device, weight, factors, sign);
    }

    private readonly ref struct QuantizeFunction(LinearKernels kernels, Shape shape, ReadOnlySpan<float> values, string name) : IDeviceFunction<PackedWeight>
    {
        private readonly ReadOnlySpan<float> _values = values;

        public PackedWeight RunOn(CpuDevice device) => PackedWeight.Place(device, shape, kernels.QuantizeOnCpu(device, _values, name));

        public PackedWeight RunOn(AcceleratorDevice device) => kernels.QuantizeOnAccelerator(device, shape, _values, name);
    }

    private readonly struct DequantizeWork(LinearKernels kernels, PackedWeight weight, Tensor dense) : IDeviceWork
    {
        public void RunOn(CpuDevice device) => kernels.Dequantize(device, weight, dense);

        public void RunOn(AcceleratorDevice device)
        {
            using TensorScope.Suspension suspension = TensorScope.Suspend();
            using Tensor? scales = weight.ScalesInFullPrecision();
            kernels.Dequantize(device, weight, scales, dense);
        }
    }
}
