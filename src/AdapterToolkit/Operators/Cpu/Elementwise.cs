using System.Numerics;
using System.Runtime.InteropServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>A function of one number, for a vector of them.</summary>
internal interface IUnaryFunction
{
    Vector<float> Apply(Vector<float> x);
}

/// <summary>A function of two numbers, for vectors of them.</summary>
internal interface IBinaryFunction
{
    Vector<float> Apply(Vector<float> left, Vector<float> right);
}

/// <summary>A function of three numbers that gives two, for vectors of them: the gradient of a function of two.</summary>
internal interface IPairGradient
{
    (Vector<float> Left, Vector<float> Right) Apply(Vector<float> gradient, Vector<float> left, Vector<float> right);
}

/// <summary>Applies a function to tensors of one shape, element by element. A result may be one of the arguments.</summary>
internal static class Elementwise
{
    internal static void Run<TFunction>(TFunction function, Tensor x, Tensor result)
        where TFunction : struct, IUnaryFunction =>
        ElementSharing.Run((CpuDevice)x.Device, new UnaryWork<TFunction>(function, x, result), x.Shape.Elements);

    internal static void Run<TFunction>(TFunction function, Tensor left, Tensor right, Tensor result)
        where TFunction : struct, IBinaryFunction =>
        ElementSharing.Run((CpuDevice)left.Device, new BinaryWork<TFunction>(function, left, right, result), left.Shape.Elements);

    internal static void Run<TFunction>(TFunction function, Tensor gradient, Tensor left, Tensor right, Tensor leftGradient, Tensor rightGradient)
        where TFunction : struct, IPairGradient =>
        ElementSharing.Run((CpuDevice)left.Device, new PairGradientWork<TFunction>(function, gradient, left, right, leftGradient, rightGradient), left.Shape.Elements);

    private static Range Share(int elements, int worker, int workers) =>
        ParallelWork.ShareStart(elements, ElementSharing.Line, worker, workers)..ParallelWork.ShareStart(elements, ElementSharing.Line, worker + 1, workers);

    private static ReadOnlySpan<Vector<float>> Whole(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);

    private static Span<Vector<float>> Whole(Span<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);

    /// <summary>The numbers at the end that fill no whole vector, and zeros after them.</summary>
    private static Vector<float> Tail(ReadOnlySpan<float> values)
    {
        Span<float> padded = stackalloc float[Vector<float>.Count];
        values[^(values.Length % Vector<float>.Count)..].CopyTo(padded);
        return new Vector<float>(padded);
    }

    private static void StoreTail(Vector<float> tail, Span<float> values)
    {
        Span<float> padded = stackalloc float[Vector<float>.Count];
        tail.CopyTo(padded);
        int count = values.Length % Vector<float>.Count;
        padded[..count].CopyTo(values[^count..]);
    }

    private sealed class UnaryWork<TFunction>(TFunction function, Tensor x, Tensor result) : ParallelWork
        where TFunction : struct, IUnaryFunction
    {
        public override void Run(int worker, int workers)
        {
            Range share = Share(x.Shape.Elements, worker, workers);
            ReadOnlySpan<float> from = x.Span[share];
            Span<float> to = result.Span[share];
            ReadOnlySpan<Vector<float>> vectors = Whole(from);
            Span<Vector<float>> results = Whole(to);
            for (int i = 0; i < vectors.Length; i++)
                results[i] = function.Apply(vectors[i]);
            if (from.Length % Vector<float>.Count != 0)
                StoreTail(function.Apply(Tail(from)), to);
        }
    }

    private sealed class BinaryWork<TFunction>(TFunction function, Tensor left, Tensor right, Tensor result) : ParallelWork
        where TFunction : struct, IBinaryFunction
    {
        public override void Run(int worker, int workers)
        {
            Range share = Share(left.Shape.Elements, worker, workers);
            ReadOnlySpan<float> leftValues = left.Span[share], rightValues = right.Span[share];
            Span<float> to = result.Span[share];
            ReadOnlySpan<Vector<float>> lefts = Whole(leftValues), rights = Whole(rightValues);
            Span<Vector<float>> results = Whole(to);
            for (int i = 0; i < results.Length; i++)
                results[i] = function.Apply(lefts[i], rights[i]);
            if (to.Length % Vector<float>.Count != 0)
                StoreTail(function.Apply(Tail(leftValues), Tail(rightValues)), to);
        }
    }

    private sealed class PairGradientWork<TFunction>(TFunction function, Tensor gradient, Tensor left, Tensor right, Tensor leftGradient, Tensor rightGradient) : ParallelWork
        where TFunction : struct, IPairGradient
    {
        public override void Run(int worker, int workers)
        {
            Range share = Share(left.Shape.Elements, worker, workers);
            ReadOnlySpan<float> gradientValues = gradient.Span[share], leftValues = left.Span[share], rightValues = right.Span[share];
            Span<float> toLeft = leftGradient.Span[share], toRight = rightGradient.Span[share];
            ReadOnlySpan<Vector<float>> gradients = Whole(gradientValues), lefts = Whole(leftValues), rights = Whole(rightValues);
            Span<Vector<float>> leftResults = Whole(toLeft), rightResults = Whole(toRight);
            for (int i = 0; i < lefts.Length; i++)
                (leftResults[i], rightResults[i]) = function.Apply(gradients[i], lefts[i], rights[i]);
            if (toLeft.Length % Vector<float>.Count == 0)
                return;
            (Vector<float> leftTail, Vector<float> rightTail) = function.Apply(Tail(gradientValues), Tail(leftValues), Tail(rightValues));
            StoreTail(leftTail, toLeft);
            StoreTail(rightTail, toRight);
        }
    }
}
