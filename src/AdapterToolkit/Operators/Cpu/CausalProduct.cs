using System.Runtime.CompilerServices;
using AdapterToolkit.Kernels;

namespace AdapterToolkit.Operators.Cpu;

/// <summary>
/// Products with a tile of attention weights, keys by queries, that leave out most of the pairs whose key comes after the
/// query. The distance is the position of the tile's first key less that of its first query.
/// </summary>
internal static class CausalProduct
{
    /// <summary>products[key, query] = Σ keys[key, feature] · queries[feature, query]; undefined for most pairs that are left out.</summary>
    /// <param name="keys">The first number of the keys, or of the values.</param>
    /// <param name="keyStride">From one key to the next.</param>
    /// <param name="count">How many keys there are.</param>
    /// <param name="distance">The first key's position less the first query's.</param>
    /// <param name="queries">A tile: features x queries.</param>
    /// <param name="features">How many features there are.</param>
    /// <param name="products">Receives the products: keys x queries.</param>
    internal static void OfKeys<TOperations, TVector>(
        ref float keys, nint keyStride, int count, int distance, ref float queries, int features, ref float products)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        int lanes = SmallProduct.Lanes<TOperations, TVector>();
        int both = KeysOfBoth<TOperations, TVector>(count, distance);
        SmallProduct.Multiply<TOperations, TVector>(ref keys, keyStride, 1, both, ref queries, lanes, features, ref products, lanes, accumulates: false);
        ref float farKeys = ref Unsafe.Add(ref keys, both * keyStride);
        ref float farProducts = ref Unsafe.Add(ref products, both * lanes);
        SmallProduct.MultiplyFar<TOperations, TVector>(
            ref farKeys, keyStride, 1, count - both, ref queries, lanes, features, ref farProducts, lanes, accumulates: false);
    }

    /// <summary>sums[feature, query] = Σ weights[key, query] · keys[key, feature], or added to what is there.</summary>
    /// <param name="keys">The first number of the keys, or of the values.</param>
    /// <param name="keyStride">From one key to the next.</param>
    /// <param name="count">How many keys there are.</param>
    /// <param name="distance">The first key's position less the first query's.</param>
    /// <param name="weights">The weights: keys x queries.</param>
    /// <param name="features">How many features there are.</param>
    /// <param name="sums">Receives the sums: features x queries.</param>
    /// <param name="accumulates">Whether they are added to what is there.</param>
    internal static void SumOverKeys<TOperations, TVector>(
        ref float keys, nint keyStride, int count, int distance, ref float weights, int features, ref float sums, bool accumulates)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        int lanes = SmallProduct.Lanes<TOperations, TVector>();
        int both = KeysOfBoth<TOperations, TVector>(count, distance);
        if (both > 0)
            SmallProduct.Multiply<TOperations, TVector>(ref keys, 1, keyStride, features, ref weights, lanes, both, ref sums, lanes, accumulates);
        if (both < count)
        {
            ref float farKeys = ref Unsafe.Add(ref keys, both * keyStride);
            ref float farWeights = ref Unsafe.Add(ref weights, both * lanes);
            SmallProduct.MultiplyFar<TOperations, TVector>(
                ref farKeys, 1, keyStride, features, ref farWeights, lanes, count - both, ref sums, lanes, accumulates: true);
        }
    }

    /// <summary>sums[key, feature] += Σ over the tile's queries of weights[key, query] · rows[query, feature].</summary>
    /// <param name="weights">The weights: keys x queries.</param>
    /// <param name="count">How many keys there are.</param>
    /// <param name="distance">The first key's position less the first query's.</param>
    /// <param name="rows">One row of features for each query.</param>
    /// <param name="queries">How many queries there are.</param>
    /// <param name="sums">One row of features for each key.</param>
    /// <param name="width">Features of a row, a multiple of a tile's lanes.</param>
    internal static void SumOverQueries<TOperations, TVector>(
        ref float weights, int count, int distance, ref float rows, int queries, ref float sums, int width)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct
    {
        const int keysAtOnce = 8;
        int lanes = SmallProduct.Lanes<TOperations, TVector>();
        for (int first = 0; first < count; first += keysAtOnce)
        {
            // Queries before the first of these keys give them no weight.
            int skipped = Math.Max(0, distance + first);
            ref float tile = ref Unsafe.Add(ref weights, (first * lanes) + skipped);
            int keys = Math.Min(keysAtOnce, count - first);
            for (int column = 0; column < width; column += lanes)
            {
                ref float right = ref Unsafe.Add(ref rows, (skipped * width) + column);
                ref float target = ref Unsafe.Add(ref sums, (first * width) + column);
                SmallProduct.Multiply<TOperations, TVector>(
                    ref tile, lanes, 1, keys, ref right, width, queries - skipped, ref target, width, accumulates: true);
            }
        }
    }

    /// <summary>How many of the keys come before a query of the tile's first vector; the others concern the second alone.</summary>
    private static int KeysOfBoth<TOperations, TVector>(int count, int distance)
        where TOperations : struct, IVectorOperations<TVector>
        where TVector : struct =>
        Math.Clamp(TOperations.Count - distance, 0, count);
}
