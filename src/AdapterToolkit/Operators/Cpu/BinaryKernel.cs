using System.Runtime.CompilerServices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>result[i] = f(left[i], right[i]).</summary>
/// <typeparam name="TFunction">f.</typeparam>
/// <param name="left">The first arguments.</param>
/// <param name="right">The second arguments.</param>
/// <param name="result">Receives the results; may be one of the arguments itself.</param>
internal readonly unsafe struct BinaryKernel<TFunction>(Tensor left, Tensor right, Tensor result) : IElementKernel
    where TFunction : struct, IBinaryFunction
{
    private readonly float* _left = Elementwise.Pointer(left);
    private readonly float* _right = Elementwise.Pointer(right);
    private readonly float* _result = Elementwise.Pointer(result);

    public static int Cost => TFunction.Cost;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Compute<TOperations, TVector>(nint i)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Store(TFunction.Apply<TOperations, TVector>(TOperations.Load(ref *_left, i), TOperations.Load(ref *_right, i)), ref *_result, i);
}
