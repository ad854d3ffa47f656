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
        AttentionForwardMemory memory = AttentionForwardMemory.Allocate();
        AttentionGroup group = AttentionGroup.Of(tiles, dimensions);
        AttentionSums sums = AddOwnKeys(AttentionSums.None(), query, key, value, dimensions, group, memory);
        Write(sums, dimensions, group, memory, result, logSumExp);
    }

    /// <summary><see cref="Forward"/> of sequences before which keys and values stand: a query's sums run over these first.</summary>
    /// <param name="query">Q: rows x (heads · features).</param>
    /// <param name="key">K: rows x (key heads · features).</param>
    /// <param name="value">V: rows x (key heads · features).</param>
    /// <param name="prefixKey">The keys before sequences: rows x (key heads · features).</param>
    /// <param name="prefixValue">The values before sequences: rows x (key heads · features).</param>
    /// <param name="tiles">The tiles of all sequences.</param>
    /// <param name="prefixes">What stands before the sequence of each tile.</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="result">Receives O: rows x (heads · features).</param>
    /// <param name="logSumExp">Receives the logarithms: rows x heads.</param>
    [Kernel]
    public static void ForwardWithPrefix(
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> prefixKey,
        ArrayView<float> prefixValue,
        ArrayView<int> tiles,
        ArrayView<int> prefixes,
        AttentionDimensions dimensions,
        ArrayView<float> result,
        ArrayView<float> logSumExp)
    {
        AttentionForwardMemory memory = AttentionForwardMemory.Allocate();
        AttentionGroup group = AttentionGroup.Of(tiles, dimensions);
        PrefixRows prefix = PrefixRows.Of(prefixes, group.Number);
        AttentionSums sums = AttentionSums.None();
        int end = group.Length > group.First ? prefix.Count : 0;
        for (int firstKey = 0; firstKey < end; firstKey += group.Tile)
        {
            int lastKey = prefix.Count - firstKey - 1;
            int keyTile = group.RowStart(prefix.First + firstKey, group.Head / (dimensions.Heads / dimensions.KeyHeads), dimensions);
            int seen = lastKey + 1 - (4 * group.Column);
            sums = AddTile(sums, query, prefixKey, prefixValue, keyTile, lastKey, seen, 0, dimensions, group, memory);
        }

        sums = AddOwnKeys(sums, query, key, value, dimensions, group, memory);
        Write(sums, dimensions, group, memory, result, logSumExp);
    }

    /// <summary>Adds the sequence's own keys, up to each query's own position.</summary>
    /// <param name="sums">The sums before.</param>
    /// <param name="query">Q.</param>
    /// <param name="key">K.</param>
    /// <param name="value">V.</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="group">What the group computes.</param>
    /// <param name="memory">Memory that the operands pass through.</param>
    private static AttentionSums AddOwnKeys(
        AttentionSums sums,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        AttentionDimensions dimensions,
        AttentionGroup group,
        AttentionForwardMemory memory)
    {
        int queries = group.Length - group.First;
        int keyStart = group.KeyStart(0, group.Head / (dimensions.Heads / dimensions.KeyHeads), dimensions);
        int end = queries <= 0 ? 0 : queries < group.Tile ? group.Length : group.First + group.Tile;
        for (int firstKey = 0; firstKey < end; firstKey += group.Tile)
        {
            int lastKey = group.Length - firstKey - 1;
            int keyTile = keyStart + (firstKey * group.KeyColumns);
            int seen = group.First + (4 * group.Row) - firstKey - (4 * group.Column) + 1;
            sums = AddTile(sums, query, key, value, keyTile, lastKey, seen, 1, dimensions, group, memory);
        }

        return sums;
    }

    /// <summary>Adds a tile of keys.</summary>
    /// <param name="sums">The sums before.</param>
    /// <param name="query">Q.</param>
    /// <param name="key">The keys.</param>
    /// <param name="value">The values.</param>
    /// <param name="keyTile">Where the tile starts in the keys, and in the values.</param>
    /// <param name="lastKey">The last key, counted from the tile's first.</param>
    /// <param name="seen">How many of the thread's four keys its first query sees.</param>
    /// <param name="more">How many more of them each further query sees.</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="group">What the group computes.</param>
    /// <param name="memory">Memory that the operands pass through.</param>
    private static AttentionSums AddTile(
        AttentionSums sums,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        int keyTile,
        int lastKey,
        int seen,
        int more,
        AttentionDimensions dimensions,
        AttentionGroup group,
        AttentionForwardMemory memory)
    {
        int features = dimensions.HeadDim;
        int tile = group.Tile;
        int row = group.Row;
        int column = group.Column;
        int lastQuery = group.Length - group.First - 1;
        int queryStart = group.QueryStart(group.First, group.Head, dimensions);
        ProductTile products = default;
        for (int feature = 0; feature < features; feature += AttentionTiles.Depth)
        {
            AttentionTiles.LoadFeatures(query, queryStart, group.QueryColumns, lastQuery, feature, features, tile, memory.Left);
            AttentionTiles.LoadFeatures(key, keyTile, group.KeyColumns, lastKey, feature, features, tile, memory.Right);
            Group.Barrier();
            products = AttentionTiles.AddProducts(products, memory.Left, memory.Right, row, column);
            Group.Barrier();
        }

        products = ProductTile.ScaleRows(products, Quadruple.Of(dimensions.Scale));
        products.Row0 = Quadruple.First(products.Row0, seen, float.NegativeInfinity);
        products.Row1 = Quadruple.First(products.Row1, seen + more, float.NegativeInfinity);
        products.Row2 = Quadruple.First(products.Row2, seen + (2 * more), float.NegativeInfinity);
        products.Row3 = Quadruple.First(products.Row3, seen + (3 * more), float.NegativeInfinity);

        memory.Partial[(row * AttentionTiles.Stride) + column] = Quadruple.Of(
            Quadruple.Max(products.Row0), Quadruple.Max(products.Row1), Quadruple.Max(products.Row2), Quadruple.Max(products.Row3));
        Group.Barrier();
        FourFloats before = sums.Maximum;
        FourFloats maximum = before;
        for (int i = 0; i < dimensions.Side; i++)
            maximum = Quadruple.Max(maximum, memory.Partial[(row * AttentionTiles.Stride) + i]);

        FourFloats shrinking = Quadruple.Exp(Quadruple.Subtract(before, maximum));
        products.Row0 = Quadruple.Exp(Quadruple.Subtract(products.Row0, Quadruple.Of(maximum.X)));
        products.Row1 = Quadruple.Exp(Quadruple.Subtract(products.Row1, Quadruple.Of(maximum.Y)));
        products.Row2 = Quadruple.Exp(Quadruple.Subtract(products.Row2, Quadruple.Of(maximum.Z)));
        products.Row3 = Quadruple.Exp(Quadruple.Subtract(products.Row3, Quadruple.Of(maximum.W)));
        sums.Maximum = maximum;
        sums.Sum = Quadruple.Add(
            Quadruple.Multiply(sums.Sum, shrinking),
            Quadruple.Of(Quadruple.Sum(products.Row0), Quadruple.Sum(products.Row1), Quadruple.Sum(products.Row2), Quadruple.Sum(products.Row3)));
        sums.Output = ProductTile.ScaleRows(sums.Output, shrinking);
        AttentionTiles.Share(ProductTile.Transpose(products), memory.Weights, column, row);
        sums.Output = AttentionTiles.AddRows(
            sums.Output, memory.Weights, value, keyTile, group.KeyColumns, lastKey, group.FirstFeature, features, tile, memory.Right, row, column);
        return sums;
    }

    /// <summary>Divides by the sums of the weights, and writes results and logarithms.</summary>
    /// <param name="sums">The sums over all keys.</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="group">What the group computes.</param>
    /// <param name="memory">Memory that the sums pass through.</param>
    /// <param name="result">Receives O.</param>
    /// <param name="logSumExp">Receives the logarithms.</param>
    private static void Write(
        AttentionSums sums,
        AttentionDimensions dimensions,
        AttentionGroup group,
        AttentionForwardMemory memory,
        ArrayView<float> result,
        ArrayView<float> logSumExp)
    {
        int row = group.Row;
        int column = group.Column;
        int queries = group.Length - group.First;
        memory.Partial[(row * AttentionTiles.Stride) + column] = sums.Sum;
        Group.Barrier();
        FourFloats sum = Quadruple.Of(0);
        for (int i = 0; i < dimensions.Side; i++)
            sum = Quadruple.Add(sum, memory.Partial[(row * AttentionTiles.Stride) + i]);

        // Rows of padding have the result zero.
        FourFloats factors = Quadruple.First(Quadruple.Of(1 / sum.X, 1 / sum.Y, 1 / sum.Z, 1 / sum.W), queries - (4 * row), 0);
        FourFloats logarithms = Quadruple.Of(
            XMath.Log(sum.X) + sums.Maximum.X,
            XMath.Log(sum.Y) + sums.Maximum.Y,
            XMath.Log(sum.Z) + sums.Maximum.Z,
            XMath.Log(sum.W) + sums.Maximum.W);
        logarithms = Quadruple.First(logarithms, queries - (4 * row), 0);
        ProductTile output = ProductTile.ScaleRows(sums.Output, factors);
        int rows = group.Rows - group.First;
        int place = group.QueryStart(group.First, group.Head, dimensions) + group.FirstFeature;
        AttentionTiles.Write(output, result, place, group.QueryColumns, rows, dimensions.HeadDim - group.FirstFeature, row, column);
        if (column == 0 && group.FirstFeature == 0)
            AttentionTiles.WriteRowNumbers(
                logarithms, logSumExp, ((group.FirstRow + group.First) * dimensions.Heads) + group.Head, dimensions.Heads, rows, row);
    }
}
