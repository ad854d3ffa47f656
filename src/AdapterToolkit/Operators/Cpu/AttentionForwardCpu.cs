using System.Runtime.CompilerServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>
/// Causal attention on the CPU. A tile holds two vectors of queries of one head, one a lane, so that softmax sums and
/// maxima run along the tile's rows, the keys, and never across a vector.
/// </summary>
internal static class AttentionForwardCpu
{
    /// <summary>How many keys' weights are held at once.</summary>
    private const int KeyBlock = 128;

    internal static void Run(CpuDevice device, AttentionOperands operands, Tensor result, Tensor logSumExp) => device.RunShared(
        new Work(operands, result, logSumExp),
        Sharing.Workers(device, result.Rows * operands.Shape.Heads, operands.LongestKeys, operands.Shape.HeadDim));

    private sealed class Work(AttentionOperands operands, Tensor result, Tensor logSumExp) : VectorWork
    {
        private readonly AttentionShape _shape = operands.Shape;

        /// <summary>Takes every so many-th tile, a head's early and late ones in turn, since late ones have more keys.</summary>
        protected override void Run<TOperations, TVector>(int worker, int workers)
        {
            int lanes = SmallProduct.Lanes<TOperations, TVector>();
            ReadOnlySpan<Sequence> sequences = operands.Context.Sequences;
            for (int i = 0; i < sequences.Length; i++)
            {
                int tiles = (sequences[i].Rows + lanes - 1) / lanes;
                for (int head = 0; head < _shape.Heads; head++)
                {
                    for (int tile = 0; tile < tiles; tile++)
                    {
                        if (((i * _shape.Heads) + head + tile) % workers == worker)
                            Attend<TOperations, TVector>(sequences[i], operands.PrefixOf(i), head, tile * lanes);
                    }
                }
            }
        }

        /// <summary>O = softmax(Q Kᵀ / √features) V for one tile of queries.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Attend<TOperations, TVector>(Sequence sequence, SequencePrefix prefix, int head, int firstQuery)
            where TOperations : struct, IVectorOperations<TVector>
            where TVector : struct
        {
            int lanes = SmallProduct.Lanes<TOperations, TVector>();
            int features = _shape.HeadDim, queryColumns = _shape.QueryColumns, keyColumns = _shape.KeyColumns;
            int row = sequence.FirstRow + firstQuery;
            int queries = Math.Clamp(sequence.Length - firstQuery, 0, lanes);
            int padding = Math.Min(lanes, sequence.Rows - firstQuery) - queries;
            AttentionHeads.Clear(result, row + queries, padding, head, features);
            AttentionHeads.Clear(logSumExp, row + queries, padding, head, 1);
            if (queries == 0)
                return;

            AttendedRows keys = new(operands.Prefix?.Key, prefix, operands.Key, sequence.FirstRow, head / _shape.GroupSize, features);
            AttendedRows values = new(operands.Prefix?.Value, prefix, operands.Value, sequence.FirstRow, head / _shape.GroupSize, features);
            ref float queryTile = ref ScratchMemory.Take(0, ((2 * features) + KeyBlock) * lanes);
            ref float resultTile = ref Unsafe.Add(ref queryTile, features * lanes);
            ref float weights = ref Unsafe.Add(ref resultTile, features * lanes);
            Tiles.Pack(ref AttentionHeads.First(operands.Query, row, head, features), queryColumns, queries, features, ref queryTile, lanes, _shape.Scale);

            TVector nearMaximum = TOperations.Create(float.NegativeInfinity), farMaximum = nearMaximum;
            TVector nearSum = TOperations.Zero, farSum = TOperations.Zero;
            int end = prefix.Count + firstQuery + queries, count;
            for (int first = 0; first < end; first += count)
            {
                count = keys.BlockFrom(first, end, KeyBlock);
                int distance = first - prefix.Count - firstQuery;
                CausalProduct.OfKeys<TOperations, TVector>(ref keys[first], keyColumns, count, distance, ref queryTile, features, ref weights);

                TVector nearBefore = nearMaximum, farBefore = farMaximum;
                MaskAndFindMaximum<TOperations, TVector>(ref weights, count, distance, ref nearMaximum, ref farMaximum);
                if (first > 0)
                {
                    TVector near = VectorMath.Exp<TOperations, TVector>(TOperations.Subtract(nearBefore, nearMaximum));
                    TVector far = VectorMath.Exp<TOperations, TVector>(TOperations.Subtract(farBefore, farMaximum));
                    nearSum = TOperations.Multiply(nearSum, near);
                    farSum = TOperations.Multiply(farSum, far);
                    Scale<TOperations, TVector>(ref resultTile, features, near, far);
                }

                Exponentiate<TOperations, TVector>(ref weights, count, nearMaximum, farMaximum, ref nearSum, ref farSum);
                CausalProduct.SumOverKeys<TOperations, TVector>(
                    ref values[first], keyColumns, count, distance, ref weights, features, ref resultTile, accumulates: first > 0);
            }

            TVector one = TOperations.Create(1);
            Scale<TOperations, TVector>(ref resultTile, features, TOperations.Divide(one, nearSum), TOperations.Divide(one, farSum));
            Tiles.Unpack(ref resultTile, lanes, ref AttentionHeads.First(result, row, head, features), queryColumns, queries, features);
            TOperations.Store(TOperations.Add(nearMaximum, VectorMath.Log<TOperations, TVector>(nearSum)), ref weights, 0);
            TOperations.Store(TOperations.Add(farMaximum, VectorMath.Log<TOperations, TVector>(farSum)), ref weights, TOperations.Count);
            Span<float> logarithms = logSumExp.Span[((row * _shape.Heads) + head)..];
            for (int i = 0; i < queries; i++)
                logarithms[i * _shape.Heads] = Unsafe.Add(ref weights, i);
        }

        /// <summary>Takes the keys after a query out, by products of minus infinity, and finds the largest product of each query.</summary>
        /// <param name="products">The products: keys x queries.</param>
        /// <param name="keys">How many keys there are.</param>
        /// <param name="distance">The position of the first key less that of the first query.</param>
        /// <param name="nearMaximum">The largest products of the first half of the queries so far.</param>
        /// <param name="farMaximum">The largest products of the other half so far.</param>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void MaskAndFindMaximum<TOperations, TVector>(
            ref float products, int keys, int distance, ref TVector nearMaximum, ref TVector farMaximum)
            where TOperations : struct, IVectorOperations<TVector>
            where TVector : struct
        {
            TVector nearLanes = LaneNumbers.From<TOperations, TVector>(0), farLanes = LaneNumbers.From<TOperations, TVector>(TOperations.Count);
            TVector excluded = TOperations.Create(float.NegativeInfinity);
            TVector nearLargest = nearMaximum, farLargest = farMaximum;
            for (int i = 0; i < keys; i++)
            {
                TVector near = TOperations.Load(ref products, 0), far = TOperations.Load(ref products, TOperations.Count);
                if (distance + i > 0)
                {
                    TVector lane = TOperations.Create(distance + i);
                    near = TOperations.SelectLess(nearLanes, lane, excluded, near);
                    far = TOperations.SelectLess(farLanes, lane, excluded, far);
                    TOperations.Store(near, ref products, 0);
                    TOperations.Store(far, ref products, TOperations.Count);
                }

                nearLargest = TOperations.Max(nearLargest, near);
                farLargest = TOperations.Max(farLargest, far);
                products = ref Unsafe.Add(ref products, 2 * TOperations.Count);
            }

            nearMaximum = nearLargest;
            farMaximum = farLargest;
        }

        /// <summary>Products become weights e^(product - maximum), and their sums grow by these.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Exponentiate<TOperations, TVector>(
            ref float products, int keys, TVector nearMaximum, TVector farMaximum, ref TVector nearSum, ref TVector farSum)
            where TOperations : struct, IVectorOperations<TVector>
            where TVector : struct
        {
            TVector nearTotal = nearSum, farTotal = farSum;
            for (int i = 0; i < keys; i++)
            {
                TVector near = VectorMath.Exp<TOperations, TVector>(TOperations.Subtract(TOperations.Load(ref products, 0), nearMaximum));
                TVector far = VectorMath.Exp<TOperations, TVector>(TOperations.Subtract(TOperations.Load(ref products, TOperations.Count), farMaximum));
                TOperations.Store(near, ref products, 0);
                TOperations.Store(far, ref products, TOperations.Count);
                nearTotal = TOperations.Add(nearTotal, near);
                farTotal = TOperations.Add(farTotal, far);
                products = ref Unsafe.Add(ref products, 2 * TOperations.Count);
            }

            nearSum = nearTotal;
            farSum = farTotal;
        }

        private static void Scale<TOperations, TVector>(ref float tile, int rows, TVector near, TVector far)
            where TOperations : struct, IVectorOperations<TVector>
            where TVector : struct
        {
            for (int i = 0; i < rows; i++)
            {
                TOperations.Store(TOperations.Multiply(TOperations.Load(ref tile, 0), near), ref tile, 0);
                TOperations.Store(TOperations.Multiply(TOperations.Load(ref tile, TOperations.Count), far), ref tile, TOperations.Count);
                tile = ref Unsafe.Add(ref tile, 2 * TOperations.Count);
            }
        }
    }
}
