using ILGPU;
using ILGPU.Algorithms;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>Softmax cross-entropy: one group a row of logits.</summary>
internal static class CrossEntropyKernels
{
    /// <summary>The most threads that a group may have.</summary>
    public const int MaximumThreads = 256;

    /// <summary>loss = log Σ eˡ - l[label]; where the gradient is wanted, l = factor · (softmax(l) - [label]) in place.</summary>
    /// <param name="logits">l: rows x vocabulary.</param>
    /// <param name="labels">The label of each row.</param>
    /// <param name="vocabulary">How many logits a row has.</param>
    /// <param name="factor">What the gradient is multiplied by.</param>
    /// <param name="wantsGradient">1 where the gradient is wanted, otherwise 0.</param>
    /// <param name="losses">Receives the loss of each row.</param>
    [Kernel]
    public static void Run(ArrayView<float> logits, ArrayView<int> labels, int vocabulary, float factor, int wantsGradient, ArrayView<float> losses)
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(MaximumThreads);
        long start = (long)Grid.IdxX * vocabulary;
        int label = labels[Grid.IdxX];
        float largest = float.NegativeInfinity;
        for (int i = Group.IdxX; i < vocabulary; i += Group.DimX)
            largest = XMath.Max(largest, logits[start + i]);
        partial[Group.IdxX] = largest;
        Group.Barrier();
        for (int i = 0; i < Group.DimX; i++)
            largest = XMath.Max(largest, partial[i]);
        Group.Barrier();

        float sum = 0;
        for (int i = Group.IdxX; i < vocabulary; i += Group.DimX)
            sum += XMath.Exp(logits[start + i] - largest);
        partial[Group.IdxX] = sum;
        Group.Barrier();
        sum = 0;
        for (int i = 0; i < Group.DimX; i++)
            sum += partial[i];

        if (Group.IdxX == 0)
            losses[Grid.IdxX] = XMath.Log(sum) + largest - logits[start + label];
        Group.Barrier();
        if (wantsGradient == 0)
            return;
        for (int i = Group.IdxX; i < vocabulary; i += Group.DimX)
            logits[start + i] = factor * (XMath.Exp(logits[start + i] - largest) / sum);
        Group.Barrier();
        if (Group.IdxX == 0)
            logits[start + label] -= factor;
    }
}
