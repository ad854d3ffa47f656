using System.Runtime.CompilerServices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>result[i] = f(x[i]).</summary>
/// <typeparam name="TFunction">f.</typeparam>
/// <param name="x">The arguments.</param>
/// <param name="result">Receives the results; may be the arguments themselves.</param>
internal readonly unsafe struct UnaryKernel<TFunction>(Tensor x, Tensor result) : IElementKernel
    where TFunction : struct, IUnaryFunction
{
    private readonly float* _x = Elementwise.Pointer(x);
    private readonly float* _result = Elementwise.Pointer(result);

    public static int Cost => TFunction.Cost;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Compute<TOperations, TVector>(nint i)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Store(TFunction.Apply<TOperations, TVector>(TOperations.Load(ref *_x, i)), ref *_result, i);
}
