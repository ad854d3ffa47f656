using System.Runtime.CompilerServices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>result[i] = f(x[i], scalar).</summary>
/// <typeparam name="TFunction">f.</typeparam>
/// <param name="x">The first arguments.</param>
/// <param name="scalar">The second argument of all.</param>
/// <param name="result">Receives the results; may be the first arguments themselves.</param>
internal readonly unsafe struct ScalarKernel<TFunction>(Tensor x, float scalar, Tensor result) : IElementKernel
    where TFunction : struct, IBinaryFunction
{
    private readonly float* _x = Elementwise.Pointer(x);
    private readonly float* _result = Elementwise.Pointer(result);
    private readonly float _scalar = scalar;

    public static int Cost => TFunction.Cost;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Compute<TOperations, TVector>(nint i)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        TOperations.Store(TFunction.Apply<TOperations, TVector>(TOperations.Load(ref *_x, i), TOperations.Create(_scalar)), ref *_result, i);
}
