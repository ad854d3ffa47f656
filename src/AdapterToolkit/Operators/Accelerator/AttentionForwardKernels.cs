using AdapterToolkit.Kernels;
using ILGPU;
using ILGPU.Algorithms;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>Causal attention: one group a tile of queries of one head, and as many features of the result as the tile is wide.</summary>
internal static class AttentionForwardKernels
{
    /// <summary>
    /// O = softmax(Q Kᵀ / √features) V and the logarithms of the denominators. Over the tiles of keys a query's maximum m grows;
    /// sums of weights e^(s - m) and of weighted values so far are multiplied by e^(old m - new m).
    /// </summary>
    /// <param name="query">Q: rows x (heads · features).</param>
    /// <param name="key">K: rows x (key heads · features).</param>
    /// <param name="value">V: rows x (key heads · features).</param>
    /// <param name="tiles">The tiles of all sequences.</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="result">Receives O: rows x (heads · features).</param>
    /// <param name="logSumExp">Receives the logarithms: rows x heads.</param>
    [Kernel]
    public static void Forward(
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<int> tiles,
        AttentionDimensions dimensions,
        ArrayView<float> result,
        ArrayView<float> logSumExp)
    {
        ArrayView<FourFloats> left = SharedMemory.Allocate<FourFloats>(AttentionTiles.Depth * AttentionTiles.Stride);
        ArrayView<FourFloats> right = SharedMemory.Allocate<FourFloats>(AttentionTiles.Depth * AttentionTiles.Stride);
        ArrayView<FourFloats> weights = SharedMemory.Allocate<FourFloats>(AttentionTiles.MaximumTile * AttentionTiles.Stride);
        ArrayView<FourFloats> partial = SharedMemory.Allocate<FourFloats>(AttentionTiles.MaximumTile / 4 * AttentionTiles.Stride);

        int features = dimensions.HeadDim;
        AttentionGroup group = AttentionGroup.Of(tiles, dimensions);
        int tile = group.Tile;
        int row = group.Row;
        int column = group.Column;
        int firstQuery = group.First;
        int queries = group.Length - firstQuery;
        int queryStart = group.QueryStart(firstQuery, group.Head, dimensions);
        int keyStart = group.KeyStart(0, group.Head / (dimensions.Heads / dimensions.KeyHeads), dimensions);

        FourFloats maximum = Quadruple.Of(float.NegativeInfinity);
        FourFloats sum = Quadruple.Of(0);
        ProductTile output = default;
        int end = queries <= 0 ? 0 : queries < tile ? group.Length : firstQuery + tile;
        for (int firstKey = 0; firstKey < end; firstKey += tile)
        {
            int lastKey = group.Length - firstKey - 1;
            int keyTile = keyStart + (firstKey * group.KeyColumns);
            ProductTile products = default;
            for (int feature = 0; feature < features; feature += AttentionTiles.Depth)
            {
                AttentionTiles.LoadFeatures(query, queryStart, group.QueryColumns, queries - 1, feature, features, tile, left);
                AttentionTiles.LoadFeatures(key, keyTile, group.KeyColumns, lastKey, feature, features, tile, right);
                Group.Barrier();
                products = AttentionTiles.AddProducts(products, left, right, row, column);
                Group.Barrier();
            }

            // A query sees the keys up to its own position.
            products = ProductTile.ScaleRows(products, Quadruple.Of(dimensions.Scale));
            int seen = firstQuery + (4 * row) - firstKey - (4 * column) + 1;
            products.Row0 = Quadruple.First(products.Row0, seen, float.NegativeInfinity);
            products.Row1 = Quadruple.First(products.Row1, seen + 1, float.NegativeInfinity);
            products.Row2 = Quadruple.First(products.Row2, seen + 2, float.NegativeInfinity);
            products.Row3 = Quadruple.First(products.Row3, seen + 3, float.NegativeInfinity);

            partial[(row * AttentionTiles.Stride) + column] = Quadruple.Of(
                Quadruple.Max(products.Row0), Quadruple.Max(products.Row1), Quadruple.Max(products.Row2), Quadruple.Max(products.Row3));
            Group.Barrier();
            FourFloats before = maximum;
            for (int i = 0; i < dimensions.Side; i++)
                maximum = Quadruple.Max(maximum, partial[(row * AttentionTiles.Stride) + i]);

            FourFloats shrinking = Quadruple.Exp(Quadruple.Subtract(before, maximum));
            products.Row0 = Quadruple.Exp(Quadruple.Subtract(products.Row0, Quadruple.Of(maximum.X)));
            products.Row1 = Quadruple.Exp(Quadruple.Subtract(products.Row1, Quadruple.Of(maximum.Y)));
            products.Row2 = Quadruple.Exp(Quadruple.Subtract(products.Row2, Quadruple.Of(maximum.Z)));
            products.Row3 = Quadruple.Exp(Quadruple.Subtract(products.Row3, Quadruple.Of(maximum.W)));
            sum = Quadruple.Add(
                Quadruple.Multiply(sum, shrinking),
                Quadruple.Of(Quadruple.Sum(products.Row0), Quadruple.Sum(products.Row1), Quadruple.Sum(products.Row2), Quadruple.Sum(products.Row3)));
            output = ProductTile.ScaleRows(output, shrinking);
            AttentionTiles.Share(ProductTile.Transpose(products), weights, column, row);
            output = AttentionTiles.AddRows(output, weights, value, keyTile, group.KeyColumns, lastKey, group.FirstFeature, features, tile, right, row, column);
        }

        partial[(row * AttentionTiles.Stride) + column] = sum;
        Group.Barrier();
        sum = Quadruple.Of(0);
        for (int i = 0; i < dimensions.Side; i++)
            sum = Quadruple.Add(sum, partial[(row * AttentionTiles.Stride) + i]);

        // Rows of padding have the result zero.
        FourFloats factors = Quadruple.First(Quadruple.Of(1 / sum.X, 1 / sum.Y, 1 / sum.Z, 1 / sum.W), queries - (4 * row), 0);
        FourFloats logarithms = Quadruple.Of(
            XMath.Log(sum.X) + maximum.X, XMath.Log(sum.Y) + maximum.Y, XMath.Log(sum.Z) + maximum.Z, XMath.Log(sum.W) + maximum.W);
        logarithms = Quadruple.First(logarithms, queries - (4 * row), 0);
        output = ProductTile.ScaleRows(output, factors);
        int rows = group.Rows - firstQuery;
        AttentionTiles.Write(output, result, queryStart + group.FirstFeature, group.QueryColumns, rows, features - group.FirstFeature, row, column);
        if (column == 0 && group.FirstFeature == 0)
            AttentionTiles.WriteRowNumbers(logarithms, logSumExp, ((group.FirstRow + firstQuery) * dimensions.Heads) + group.Head, dimensions.Heads, rows, row);
    }
}
