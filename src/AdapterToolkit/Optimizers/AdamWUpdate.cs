using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Operators.Accelerator;
using AdapterToolkit.Operators.Cpu;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Optimizers;

/// <summary>One step of AdamW on one parameter: p -= lr · (λ p + m̂ / (sqrt(v̂) + ε)), with bias-corrected moments m̂ and v̂.</summary>
/// <remarks>Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2017; computed in the order of torch.optim.AdamW.</remarks>
/// <param name="LearningRate">lr.</param>
/// <param name="Beta1">The decay of the first moment.</param>
/// <param name="Beta2">The decay of the second moment.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="WeightDecay">λ.</param>
/// <param name="Step">The number of the step, from 1.</param>
/// <param name="GradientFactor">What the gradient is multiplied by first, to clip it.</param>
internal readonly record struct AdamWUpdate(float LearningRate, float Beta1, float Beta2, float Epsilon, float WeightDecay, int Step, float GradientFactor = 1)
{
    /// <summary>What p is multiplied by: 1 - lr · λ.</summary>
    private float Decay => 1 - (LearningRate * WeightDecay);

    /// <summary>lr / (1 - β1^t).</summary>
    private float StepSize => (float)(LearningRate / (1 - Math.Pow(Beta1, Step)));

    /// <summary>1 / sqrt(1 - β2^t).</summary>
    private float InverseRootOfCorrection => (float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, Step)));

    internal void Apply(Tensor value, Tensor gradient, Tensor firstMoment, Tensor secondMoment)
    {
        int elements = value.Shape.Elements;
        if (value.Device is AcceleratorDevice device)
            device.Launch(AdamWKernels.Update, ElementLaunch.ForElements(device, elements), value.View, gradient.View, firstMoment.View, secondMoment.View, GradientFactor, Beta1, Beta2, Epsilon, Decay, StepSize, InverseRootOfCorrection);
        else
            ElementSharing.Run((CpuDevice)value.Device, new Work(this, value, gradient, firstMoment, secondMoment), elements);
    }

    private sealed class Work(AdamWUpdate update, Tensor value, Tensor gradient, Tensor firstMoment, Tensor secondMoment) : ParallelWork
    {
        public override void Run(int worker, int workers)
        {
            int elements = value.Shape.Elements;
            nuint i = (nuint)ShareStart(elements, ElementSharing.Line, worker, workers), end = (nuint)ShareStart(elements, ElementSharing.Line, worker + 1, workers);
            ref float values = ref MemoryMarshal.GetReference(value.Span);
            ref float gradients = ref MemoryMarshal.GetReference(gradient.Span);
            ref float firsts = ref MemoryMarshal.GetReference(firstMoment.Span);
            ref float seconds = ref MemoryMarshal.GetReference(secondMoment.Span);
            float decay = update.Decay, stepSize = update.StepSize, inverseRoot = update.InverseRootOfCorrection;
            for (; i + (nuint)Vector<float>.Count <= end; i += (nuint)Vector<float>.Count)
            {
                Vector<float> g = update.GradientFactor * Vector.LoadUnsafe(ref gradients, i);
                Vector<float> first = (update.Beta1 * Vector.LoadUnsafe(ref firsts, i)) + ((1 - update.Beta1) * g);
                Vector<float> second = (update.Beta2 * Vector.LoadUnsafe(ref seconds, i)) + ((1 - update.Beta2) * g * g);
                first.StoreUnsafe(ref firsts, i);
                second.StoreUnsafe(ref seconds, i);
                Vector<float> denominator = (Vector.SquareRoot(second) * inverseRoot) + new Vector<float>(update.Epsilon);
                ((Vector.LoadUnsafe(ref values, i) * decay) - (stepSize * first / denominator)).StoreUnsafe(ref values, i);
            }

            for (; i < end; i++)
            {
                float g = update.GradientFactor * Unsafe.Add(ref gradients, i);
                ref float first = ref Unsafe.Add(ref firsts, i);
                ref float second = ref Unsafe.Add(ref seconds, i);
                ref float p = ref Unsafe.Add(ref values, i);
                first = (update.Beta1 * first) + ((1 - update.Beta1) * g);
                second = (update.Beta2 * second) + ((1 - update.Beta2) * g * g);
                p = (p * decay) - (stepSize * first / ((MathF.Sqrt(second) * inverseRoot) + update.Epsilon));
            }
        }
    }
}
