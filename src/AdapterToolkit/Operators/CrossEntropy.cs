using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators;

public static partial class Op
{
    /// <summary>
    /// The cross-entropy of rows of logits, log Σ eˡ - l[label], whose logits turn into the gradient where they lie:
    /// factor · (softmax(l) - [label]).
    /// </summary>
    /// <param name="logits">The logits: rows x vocabulary. Overwritten where the gradient is wanted.</param>
    /// <param name="labels">The label of each row.</param>
    /// <param name="factor">What the gradient is multiplied by.</param>
    /// <param name="wantsGradient">Whether the gradient is wanted.</param>
    /// <returns>The rows' losses.</returns>
    internal static float[] CrossEntropyInPlace(Tensor logits, ReadOnlySpan<int> labels, float factor, bool wantsGradient)
    {
        Tensor losses = Tensor.Allocate(logits.Device, new Shape(logits.Rows));
        logits.Device.Run(new CrossEntropyWork(logits, labels, factor, wantsGradient, losses));
        float[] rows = losses.ToArray();
        losses.Release();
        return rows;
    }

    private readonly ref struct CrossEntropyWork(Tensor logits, ReadOnlySpan<int> labels, float factor, bool wantsGradient, Tensor losses) : IDeviceWork
    {
        private readonly ReadOnlySpan<int> _labels = labels;

        public void RunOn(CpuDevice device) => CrossEntropyCpu.Run(device, logits, _labels.ToArray(), factor, wantsGradient, losses);

        public void RunOn(AcceleratorDevice device)
        {
            using Tensor uploaded = Upload(device, _labels);
            device.Launch(
                CrossEntropyKernels.Run,
                ElementLaunch.ForRows(device, logits.Rows),
                logits.View,
                uploaded.ViewOf<int>(),
                logits.Columns,
                factor,
                wantsGradient ? 1 : 0,
                losses.View);
        }
    }
}
