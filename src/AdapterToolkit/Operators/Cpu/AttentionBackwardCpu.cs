using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AdapterToolkit.Devices;
using AdapterToolkit.Kernels;
using AdapterToolkit.Tensors;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>
/// The gradients of causal attention on the CPU. One worker does all heads that share a head of keys and values, so that
/// these heads' contributions add up in a fixed order. Tiles of weights have the queries in their lanes, as in the forward pass.
/// </summary>
internal static class AttentionBackwardCpu
{
    /// <summary>How many keys' weights are held at once: with their gradients they stay in the first-level cache.</summary>
    private const int KeyBlock = 64;

    internal static void Run(CpuDevice device, AttentionOperands operands, Tensor gradient, Tensor result, Tensor logSumExp, AttentionGradients gradients) =>
        device.RunShared(
            new Work(operands, gradient, result, logSumExp, gradients),
            Sharing.Workers(device, result.Rows * operands.Shape.Heads, operands.LongestKeys, operands.Shape.HeadDim));

    private sealed class Work(AttentionOperands operands, Tensor gradient, Tensor result, Tensor logSumExp, AttentionGradients gradients) : VectorWork
    {
        private readonly AttentionShape _shape = operands.Shape;

        protected override void Run<TOperations, TVector>(int worker, int workers)
        {
            ReadOnlySpan<Sequence> sequences = operands.Context.Sequences;
            for (int group = worker; group < sequences.Length * _shape.KeyHeads; group += workers)
            {
                int sequence = group / _shape.KeyHeads;
                Differentiate<TOperations, TVector>(sequences[sequence], operands.PrefixOf(sequence), group % _shape.KeyHeads);
            }
        }

        /// <summary>The gradients of one head of keys and values and of the queries' heads that use it, in one sequence.</summary>
        private void Differentiate<TOperations, TVector>(Sequence sequence, SequencePrefix prefix, int keyHead)
            where TOperations : struct, IVectorOperations<TVector>
            where TVector : struct
        {
            int lanes = SmallProduct.Lanes<TOperations, TVector>();
            int length = sequence.Length, attended = prefix.Count + length;
            AttendedRows keys = new(operands.Prefix?.Key, prefix, operands.Key, sequence.FirstRow, keyHead, _shape.HeadDim);
            AttendedRows values = new(operands.Prefix?.Value, prefix, operands.Value, sequence.FirstRow, keyHead, _shape.HeadDim);
            Scratch scratch = new(_shape.HeadDim, lanes, attended, KeyBlock);
            MemoryMarshal.CreateSpan(ref scratch.KeyGradient, 2 * attended * scratch.Width).Clear();
            for (int head = keyHead * _shape.GroupSize; head < (keyHead + 1) * _shape.GroupSize; head++)
            {
                for (int first = 0; first < length; first += lanes)
                    AddTile<TOperations, TVector>(in scratch, keys, values, sequence.FirstRow, prefix.Count, head, first, Math.Min(lanes, length - first));
                if (gradients.Query is not null)
                    AttentionHeads.Clear(gradients.Query, sequence.FirstRow + length, sequence.Rows - length, head, _shape.HeadDim);
            }

            int width = scratch.Width, own = prefix.Count * width;
            CopyOut(ref scratch.KeyGradient, width, gradients.PrefixKey, prefix.FirstGradient, prefix.Count, keyHead);
            CopyOut(ref scratch.ValueGradient, width, gradients.PrefixValue, prefix.FirstGradient, prefix.Count, keyHead);
            CopyOut(ref Unsafe.Add(ref scratch.KeyGradient, own), width, gradients.Key, sequence.FirstRow, length, keyHead);
            CopyOut(ref Unsafe.Add(ref scratch.ValueGradient, own), width, gradients.Value, sequence.FirstRow, length, keyHead);
            if (gradients.Key is not null)
                AttentionHeads.Clear(gradients.Key, sequence.FirstRow + length, sequence.Rows - length, keyHead, _shape.HeadDim);
            if (gradients.Value is not null)
                AttentionHeads.Clear(gradients.Value, sequence.FirstRow + length, sequence.Rows - length, keyHead, _shape.HeadDim);
        }

        /// <summary>Writes the gradient of one tile of queries, and adds what the tile contributes to the gradients of keys and values.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void AddTile<TOperations, TVector>(
            in Scratch scratch, AttendedRows keys, AttendedRows values, int firstRow, int before, int head, int firstQuery, int queries)
            where TOperations : struct, IVectorOperations<TVector>
            where TVector : struct
        {
            int lanes = SmallProduct.Lanes<TOperations, TVector>();
            int features = _shape.HeadDim, keyColumns = _shape.KeyColumns, width = scratch.Width;
            LoadTile<TOperations, TVector>(in scratch, firstRow + firstQuery, head, queries);

            int end = before + firstQuery + queries, count;
            for (int first = 0; first < end; first += count)
            {
                count = keys.BlockFrom(first, end, KeyBlock);
                int distance = first - before - firstQuery;
                ref float blockKeys = ref keys[first];
                CausalProduct.OfKeys<TOperations, TVector>(
                    ref blockKeys, keyColumns, count, distance, ref scratch.QueryTile, features, ref scratch.Weights);
                CausalProduct.OfKeys<TOperations, TVector>(
                    ref values[first], keyColumns, count, distance, ref scratch.GradientTile, features, ref scratch.Products);
                DifferentiateSoftmax<TOperations, TVector>(in scratch, count, distance);
                if (gradients.Query is not null)
                {
                    CausalProduct.SumOverKeys<TOperations, TVector>(
                        ref blockKeys, keyColumns, count, distance, ref scratch.Products, features, ref scratch.QueryGradientTile, accumulates: first > 0);
                }

                if ((first < before ? gradients.PrefixKey : gradients.Key) is not null)
                {
                    ref float sums = ref Unsafe.Add(ref scratch.KeyGradient, first * width);
                    CausalProduct.SumOverQueries<TOperations, TVector>(
                        ref scratch.Products, count, distance, ref scratch.QueryRows, queries, ref sums, width);
                }

                if ((first < before ? gradients.PrefixValue : gradients.Value) is not null)
                {
                    ref float sums = ref Unsafe.Add(ref scratch.ValueGradient, first * width);
                    CausalProduct.SumOverQueries<TOperations, TVector>(
                        ref scratch.Weights, count, distance, ref scratch.GradientRows, queries, ref sums, width);
                }
            }

            if (gradients.Query is null)
                return;
            TVector scale = TOperations.Create(_shape.Scale);
            for (int i = 0; i < features * lanes; i += TOperations.Count)
                TOperations.Store(TOperations.Multiply(scale, TOperations.Load(ref scratch.QueryGradientTile, i)), ref scratch.QueryGradientTile, i);
            ref float target = ref AttentionHeads.First(gradients.Query, firstRow + firstQuery, head, features);
            Tiles.Unpack(ref scratch.QueryGradientTile, lanes, ref target, _shape.QueryColumns, queries, features);
        }

        /// <summary>
        /// Packs a tile of queries, multiplied by 1 / √features, and of the result's gradient, each both transposed and by
        /// rows, and finds rowsum(dO ∘ O).
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void LoadTile<TOperations, TVector>(in Scratch scratch, int row, int head, int queries)
            where TOperations : struct, IVectorOperations<TVector>
            where TVector : struct
        {
            int lanes = SmallProduct.Lanes<TOperations, TVector>();
            int features = _shape.HeadDim, columns = _shape.QueryColumns, width = scratch.Width;
            ref float tileGradients = ref AttentionHeads.First(gradient, row, head, features);
            ref float tileResults = ref AttentionHeads.First(result, row, head, features);
            Tiles.Pack(ref AttentionHeads.First(operands.Query, row, head, features), columns, queries, features, ref scratch.QueryTile, lanes, _shape.Scale);
            Tiles.Pack(ref tileGradients, columns, queries, features, ref scratch.GradientTile, lanes);
            Tiles.Unpack(ref scratch.QueryTile, lanes, ref scratch.QueryRows, width, queries, features);
            Tiles.Copy(ref tileGradients, columns, ref scratch.GradientRows, width, queries, features, width);
            ReadOnlySpan<float> logarithms = logSumExp.Span[((row * _shape.Heads) + head)..];
            for (int i = 0; i < queries; i++)
            {
                Unsafe.Add(ref scratch.RowSums, i) = Dot<TOperations, TVector>(
                    ref Unsafe.Add(ref tileGradients, i * columns), ref Unsafe.Add(ref tileResults, i * columns), features);
                Unsafe.Add(ref scratch.Logarithms, i) = logarithms[i * _shape.Heads];
            }

            // A lane without a query has weights of zero: e^(product - ∞).
            for (int i = queries; i < lanes; i++)
            {
                Unsafe.Add(ref scratch.RowSums, i) = 0;
                Unsafe.Add(ref scratch.Logarithms, i) = float.PositiveInfinity;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float Dot<TOperations, TVector>(ref float left, ref float right, int count)
            where TOperations : struct, IVectorOperations<TVector>
            where TVector : struct
        {
            TVector sums = TOperations.Zero;
            int i = 0;
            for (; i + TOperations.Count <= count; i += TOperations.Count)
                sums = TOperations.MultiplyAdd(TOperations.Load(ref left, i), TOperations.Load(ref right, i), sums);
            float sum = TOperations.Sum(sums);
            for (; i < count; i++)
                sum += Unsafe.Add(ref left, i) * Unsafe.Add(ref right, i);
            return sum;
        }

        /// <summary>P = e^(S - logarithm), zero for keys after the query, and dS = P ∘ (dP - rowsum(dO ∘ O)), in place of S and dP.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void DifferentiateSoftmax<TOperations, TVector>(in Scratch scratch, int keys, int distance)
            where TOperations : struct, IVectorOperations<TVector>
            where TVector : struct
        {
            for (int half = 0; half < 2 * TOperations.Count; half += TOperations.Count)
            {
                TVector lanes = LaneNumbers.From<TOperations, TVector>(half);
                TVector logarithms = TOperations.Load(ref scratch.Logarithms, half), sums = TOperations.Load(ref scratch.RowSums, half);
                ref float weights = ref Unsafe.Add(ref scratch.Weights, half);
                ref float products = ref Unsafe.Add(ref scratch.Products, half);
                for (int i = 0; i < keys; i++)
                {
                    TVector weight = VectorMath.Exp<TOperations, TVector>(TOperations.Subtract(TOperations.Load(ref weights, 0), logarithms));
                    TVector product = TOperations.Multiply(weight, TOperations.Subtract(TOperations.Load(ref products, 0), sums));
                    if (distance + i > 0)
                    {
                        TVector first = TOperations.Create(distance + i);
                        weight = TOperations.SelectLess(lanes, first, TOperations.Zero, weight);
                        product = TOperations.SelectLess(lanes, first, TOperations.Zero, product);
                    }

                    TOperations.Store(weight, ref weights, 0);
                    TOperations.Store(product, ref products, 0);
                    weights = ref Unsafe.Add(ref weights, 2 * TOperations.Count);
                    products = ref Unsafe.Add(ref products, 2 * TOperations.Count);
                }
            }
        }

        private void CopyOut(ref float sums, int width, Tensor? target, int firstRow, int count, int keyHead)
        {
            if (target is null || count == 0)
                return;
            ref float rows = ref AttentionHeads.First(target, firstRow, keyHead, _shape.HeadDim);
            Tiles.Copy(ref sums, width, ref rows, _shape.KeyColumns, count, _shape.HeadDim, _shape.HeadDim);
        }
    }

    /// <summary>The memory of one worker, in the first piece that its thread keeps.</summary>
    private readonly ref struct Scratch
    {
        /// <summary>Q / √features: features x queries.</summary>
        internal readonly ref float QueryTile;

        /// <summary>dO: features x queries.</summary>
        internal readonly ref float GradientTile;

        /// <summary>dQ: features x queries.</summary>
        internal readonly ref float QueryGradientTile;

        /// <summary>Q / √features: queries x width.</summary>
        internal readonly ref float QueryRows;

        /// <summary>dO: queries x width.</summary>
        internal readonly ref float GradientRows;

        /// <summary>S, then P: keys x queries.</summary>
        internal readonly ref float Weights;

        /// <summary>dP, then dS: keys x queries.</summary>
        internal readonly ref float Products;

        /// <summary>The logarithm of the softmax's denominator of each query.</summary>
        internal readonly ref float Logarithms;

        /// <summary>rowsum(dO ∘ O) of each query.</summary>
        internal readonly ref float RowSums;

        /// <summary>dK: all keys x width. dV follows it.</summary>
        internal readonly ref float KeyGradient;

        /// <summary>dV: all keys x width.</summary>
        internal readonly ref float ValueGradient;

        internal Scratch(int features, int lanes, int keys, int block)
        {
            Width = (features + lanes - 1) / lanes * lanes;
            int tile = features * lanes, rows = lanes * Width, weights = block * lanes;
            QueryTile = ref ScratchMemory.Take(0, (3 * tile) + (2 * rows) + (2 * weights) + (2 * lanes) + (2 * keys * Width));
            GradientTile = ref Unsafe.Add(ref QueryTile, tile);
            QueryGradientTile = ref Unsafe.Add(ref GradientTile, tile);
            QueryRows = ref Unsafe.Add(ref QueryGradientTile, tile);
            GradientRows = ref Unsafe.Add(ref QueryRows, rows);
            Weights = ref Unsafe.Add(ref GradientRows, rows);
            Products = ref Unsafe.Add(ref Weights, weights);
            Logarithms = ref Unsafe.Add(ref Products, weights);
            RowSums = ref Unsafe.Add(ref Logarithms, lanes);
            KeyGradient = ref Unsafe.Add(ref RowSums, lanes);
            ValueGradient = ref Unsafe.Add(ref KeyGradient, keys * Width);
        }

        /// <summary>A head's features, rounded up to whole tiles; what is beyond them is never read out.</summary>
        internal int Width { get; }
    }
}
