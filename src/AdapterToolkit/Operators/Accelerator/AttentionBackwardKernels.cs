using AdapterToolkit.Kernels;
using ILGPU;

namespace AdapterToolkit.Operators.Accelerator;

/// <summary>
/// The gradients of causal attention. Each kernel computes the weights it needs again: one group writes the gradient of a
/// tile of queries, or of a tile of keys and values, alone, so that no two groups add to one number.
/// </summary>
internal static class AttentionBackwardKernels
{
    /// <summary>sums[row, head] = Σ dO ∘ O over the features of the head: one thread a row and head.</summary>
    /// <param name="gradient">dO: rows x (heads · features).</param>
    /// <param name="result">O: rows x (heads · features).</param>
    /// <param name="features">Features of a head.</param>
    /// <param name="sums">Receives the sums: rows x heads.</param>
    [Kernel]
    public static void RowSums(ArrayView<float> gradient, ArrayView<float> result, int features, ArrayView<float> sums)
    {
        int i = Grid.GlobalIndex.X;
        if (i >= sums.IntLength)
            return;
        float sum = 0;
        for (int feature = 0; feature < features; feature++)
            sum += gradient[(i * features) + feature] * result[(i * features) + feature];
        sums[i] = sum;
    }

    /// <summary>
    /// dQ = dS K / √features with dS = P ∘ (dO Vᵀ - rowsum(dO ∘ O)): one group a tile of queries of one head, and as many
    /// features as the tile is wide.
    /// </summary>
    /// <param name="gradient">dO: rows x (heads · features).</param>
    /// <param name="query">Q: rows x (heads · features).</param>
    /// <param name="key">K: rows x (key heads · features).</param>
    /// <param name="value">V: rows x (key heads · features).</param>
    /// <param name="logSumExp">The logarithms of the softmax's denominators: rows x heads.</param>
    /// <param name="rowSums">rowsum(dO ∘ O): rows x heads.</param>
    /// <param name="tiles">The tiles of all sequences.</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="queryGradient">Receives dQ: rows x (heads · features).</param>
    [Kernel]
    public static void QueryGradient(
        ArrayView<float> gradient,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> logSumExp,
        ArrayView<float> rowSums,
        ArrayView<int> tiles,
        AttentionDimensions dimensions,
        ArrayView<float> queryGradient)
    {
        AttentionMemory memory = AttentionMemory.Allocate();
        AttentionGroup group = AttentionGroup.Of(tiles, dimensions);
        ProductTile output = AddOwnKeys(default, gradient, query, key, value, logSumExp, rowSums, dimensions, group, memory);
        WriteQueryGradient(output, dimensions, group, queryGradient);
    }

    /// <summary><see cref="QueryGradient"/> of sequences before which keys and values stand.</summary>
    /// <param name="gradient">dO: rows x (heads · features).</param>
    /// <param name="query">Q: rows x (heads · features).</param>
    /// <param name="key">K: rows x (key heads · features).</param>
    /// <param name="value">V: rows x (key heads · features).</param>
    /// <param name="prefixKey">The keys before sequences: rows x (key heads · features).</param>
    /// <param name="prefixValue">The values before sequences: rows x (key heads · features).</param>
    /// <param name="logSumExp">The logarithms of the softmax's denominators: rows x heads.</param>
    /// <param name="rowSums">rowsum(dO ∘ O): rows x heads.</param>
    /// <param name="tiles">The tiles of all sequences.</param>
    /// <param name="prefixes">What stands before the sequence of each tile.</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="queryGradient">Receives dQ: rows x (heads · features).</param>
    [Kernel]
    public static void QueryGradientWithPrefix(
        ArrayView<float> gradient,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> prefixKey,
        ArrayView<float> prefixValue,
        ArrayView<float> logSumExp,
        ArrayView<float> rowSums,
        ArrayView<int> tiles,
        ArrayView<int> prefixes,
        AttentionDimensions dimensions,
        ArrayView<float> queryGradient)
    {
        AttentionMemory memory = AttentionMemory.Allocate();
        AttentionGroup group = AttentionGroup.Of(tiles, dimensions);
        PrefixRows prefix = PrefixRows.Of(prefixes, group.Number);
        ProductTile output = default;
        int end = group.Length > group.First ? prefix.Count : 0;
        for (int firstKey = 0; firstKey < end; firstKey += group.Tile)
        {
            int lastKey = prefix.Count - firstKey - 1;
            int keyTile = group.RowStart(prefix.First + firstKey, group.Head / (dimensions.Heads / dimensions.KeyHeads), dimensions);
            int seen = lastKey + 1 - (4 * group.Column);
            output = AddKeys(
                output, gradient, query, prefixKey, prefixValue, logSumExp, rowSums, keyTile, lastKey, seen, 0, dimensions, group, memory);
        }

        output = AddOwnKeys(output, gradient, query, key, value, logSumExp, rowSums, dimensions, group, memory);
        WriteQueryGradient(output, dimensions, group, queryGradient);
    }

    /// <summary>
    /// dK = dSᵀ Q / √features and dV = Pᵀ dO, summed over the heads of queries that share the keys: one group a tile of keys of one
    /// head, and as many features as the tile is wide.
    /// </summary>
    /// <param name="gradient">dO: rows x (heads · features).</param>
    /// <param name="query">Q: rows x (heads · features).</param>
    /// <param name="key">K: rows x (key heads · features).</param>
    /// <param name="value">V: rows x (key heads · features).</param>
    /// <param name="logSumExp">The logarithms of the softmax's denominators: rows x heads.</param>
    /// <param name="rowSums">rowsum(dO ∘ O): rows x heads.</param>
    /// <param name="tiles">The tiles of all sequences.</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="keyGradient">Receives dK: rows x (key heads · features).</param>
    /// <param name="valueGradient">Receives dV: rows x (key heads · features).</param>
    [Kernel]
    public static void KeyValueGradients(
        ArrayView<float> gradient,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> logSumExp,
        ArrayView<float> rowSums,
        ArrayView<int> tiles,
        AttentionDimensions dimensions,
        ArrayView<float> keyGradient,
        ArrayView<float> valueGradient)
    {
        AttentionMemory memory = AttentionMemory.Allocate();
        AttentionGroup group = AttentionGroup.Of(tiles, dimensions);
        int keyTile = group.KeyStart(group.First, group.Head, dimensions);
        int lastKey = group.Length - group.First - 1;
        int seen = 1 + (4 * group.Row) - (4 * group.Column);
        AttentionKeyGradients sums = SumOverQueries(
            gradient, query, key, value, logSumExp, rowSums, group.First, keyTile, lastKey, seen, 1, dimensions, group, memory);
        Write(sums, keyTile, group.Rows - group.First, dimensions, group, keyGradient, valueGradient);
    }

    /// <summary>
    /// <see cref="KeyValueGradients"/> of the keys and values that stand before sequences, from the rows of one sequence: one group a tile of keys of one head
    /// before one sequence, and as many features as the tile is wide.
    /// </summary>
    /// <param name="gradient">dO: rows x (heads · features).</param>
    /// <param name="query">Q: rows x (heads · features).</param>
    /// <param name="prefixKey">The keys before sequences: rows x (key heads · features).</param>
    /// <param name="prefixValue">The values before sequences: rows x (key heads · features).</param>
    /// <param name="logSumExp">The logarithms of the softmax's denominators: rows x heads.</param>
    /// <param name="rowSums">rowsum(dO ∘ O): rows x heads.</param>
    /// <param name="tiles">The tiles of the keys before each sequence.</param>
    /// <param name="prefixes">What stands before the sequence of each tile.</param>
    /// <param name="dimensions">The dimensions, with the tiles of keys.</param>
    /// <param name="keyGradient">Receives the keys' gradients, sequence after sequence: rows x (key heads · features).</param>
    /// <param name="valueGradient">Receives the values' gradients.</param>
    [Kernel]
    public static void PrefixGradients(
        ArrayView<float> gradient,
        ArrayView<float> query,
        ArrayView<float> prefixKey,
        ArrayView<float> prefixValue,
        ArrayView<float> logSumExp,
        ArrayView<float> rowSums,
        ArrayView<int> tiles,
        ArrayView<int> prefixes,
        AttentionDimensions dimensions,
        ArrayView<float> keyGradient,
        ArrayView<float> valueGradient)
    {
        AttentionMemory memory = AttentionMemory.Allocate();
        AttentionGroup group = AttentionGroup.Of(tiles, dimensions);
        PrefixRows prefix = PrefixRows.Of(prefixes, group.Number);
        int keyTile = group.RowStart(prefix.First + group.First, group.Head, dimensions);
        int lastKey = prefix.Count - group.First - 1;
        int seen = lastKey + 1 - (4 * group.Column);
        AttentionKeyGradients sums = SumOverQueries(
            gradient, query, prefixKey, prefixValue, logSumExp, rowSums, 0, keyTile, lastKey, seen, 0, dimensions, group, memory);
        int place = group.RowStart(prefix.FirstGradient + group.First, group.Head, dimensions);
        Write(sums, place, lastKey + 1, dimensions, group, keyGradient, valueGradient);
    }

    /// <summary>Adds dS K over the sequence's own keys, up to each query's own position.</summary>
    /// <param name="output">The sum before.</param>
    /// <param name="gradient">dO.</param>
    /// <param name="query">Q.</param>
    /// <param name="key">K.</param>
    /// <param name="value">V.</param>
    /// <param name="logSumExp">The logarithms of the softmax's denominators.</param>
    /// <param name="rowSums">rowsum(dO ∘ O).</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="group">What the group computes.</param>
    /// <param name="memory">Memory that the operands pass through.</param>
    private static ProductTile AddOwnKeys(
        ProductTile output,
        ArrayView<float> gradient,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> logSumExp,
        ArrayView<float> rowSums,
        AttentionDimensions dimensions,
        AttentionGroup group,
        AttentionMemory memory)
    {
        int queries = group.Length - group.First;
        int keyStart = group.KeyStart(0, group.Head / (dimensions.Heads / dimensions.KeyHeads), dimensions);
        int end = queries <= 0 ? 0 : queries < group.Tile ? group.Length : group.First + group.Tile;
        for (int firstKey = 0; firstKey < end; firstKey += group.Tile)
        {
            int keyTile = keyStart + (firstKey * group.KeyColumns);
            int lastKey = group.Length - firstKey - 1;
            int seen = group.First + (4 * group.Row) - firstKey - (4 * group.Column) + 1;
            output = AddKeys(output, gradient, query, key, value, logSumExp, rowSums, keyTile, lastKey, seen, 1, dimensions, group, memory);
        }

        return output;
    }

    /// <summary>Adds dS K over a tile of keys.</summary>
    /// <param name="output">The sum before.</param>
    /// <param name="gradient">dO.</param>
    /// <param name="query">Q.</param>
    /// <param name="key">The keys.</param>
    /// <param name="value">The values.</param>
    /// <param name="logSumExp">The logarithms of the softmax's denominators.</param>
    /// <param name="rowSums">rowsum(dO ∘ O).</param>
    /// <param name="keyTile">Where the tile starts in the keys, and in the values.</param>
    /// <param name="lastKey">The last key, counted from the tile's first.</param>
    /// <param name="seen">How many of the thread's four keys its first query sees.</param>
    /// <param name="more">How many more of them each further query sees.</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="group">What the group computes.</param>
    /// <param name="memory">Memory that the operands pass through.</param>
    private static ProductTile AddKeys(
        ProductTile output,
        ArrayView<float> gradient,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> logSumExp,
        ArrayView<float> rowSums,
        int keyTile,
        int lastKey,
        int seen,
        int more,
        AttentionDimensions dimensions,
        AttentionGroup group,
        AttentionMemory memory)
    {
        AttentionWeights tile = Weights(
            gradient, query, key, value, logSumExp, rowSums, group.Head, group.First, keyTile, lastKey, seen, more, dimensions, group, memory);
        AttentionTiles.Share(ProductTile.Transpose(tile.Slopes), memory.Factors, group.Column, group.Row);
        return AttentionTiles.AddRows(
            output, memory.Factors, key, keyTile, group.KeyColumns, lastKey, group.FirstFeature, dimensions.HeadDim, group.Tile,
            memory.Right, group.Row, group.Column);
    }

    private static void WriteQueryGradient(ProductTile output, AttentionDimensions dimensions, AttentionGroup group, ArrayView<float> queryGradient) =>
        AttentionTiles.Write(
            ProductTile.ScaleRows(output, Quadruple.Of(dimensions.Scale)),
            queryGradient,
            group.QueryStart(group.First, group.Head, dimensions) + group.FirstFeature,
            group.QueryColumns,
            group.Rows - group.First,
            dimensions.HeadDim - group.FirstFeature,
            group.Row,
            group.Column);

    /// <summary>dSᵀ Q and Pᵀ dO of a tile of keys, over the queries of the sequence from one on, for all heads of queries that share the keys.</summary>
    /// <param name="gradient">dO.</param>
    /// <param name="query">Q.</param>
    /// <param name="key">The keys.</param>
    /// <param name="value">The values.</param>
    /// <param name="logSumExp">The logarithms of the softmax's denominators.</param>
    /// <param name="rowSums">rowsum(dO ∘ O).</param>
    /// <param name="start">The first query, counted from the sequence's first row.</param>
    /// <param name="keyTile">Where the tile starts in the keys, and in the values.</param>
    /// <param name="lastKey">The last key, counted from the tile's first.</param>
    /// <param name="seen">How many of the thread's four keys the first of its queries sees in the first tile.</param>
    /// <param name="more">How many more of them each further query sees.</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="group">What the group computes.</param>
    /// <param name="memory">Memory that the operands pass through.</param>
    private static AttentionKeyGradients SumOverQueries(
        ArrayView<float> gradient,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> logSumExp,
        ArrayView<float> rowSums,
        int start,
        int keyTile,
        int lastKey,
        int seen,
        int more,
        AttentionDimensions dimensions,
        AttentionGroup group,
        AttentionMemory memory)
    {
        int features = dimensions.HeadDim;
        int groupSize = dimensions.Heads / dimensions.KeyHeads;
        AttentionKeyGradients sums = default;
        for (int head = group.Head * groupSize; head < (group.Head + 1) * groupSize; head++)
        {
            for (int firstQuery = start; firstQuery < group.Length; firstQuery += group.Tile)
            {
                int queryTile = group.QueryStart(firstQuery, head, dimensions);
                int lastQuery = group.Length - firstQuery - 1;
                AttentionWeights tile = Weights(
                    gradient, query, key, value, logSumExp, rowSums, head, firstQuery, keyTile, lastKey, seen + (more * (firstQuery - start)), more,
                    dimensions, group, memory);

                AttentionTiles.Share(tile.Weights, memory.Factors, group.Row, group.Column);
                sums.Value = AttentionTiles.AddRows(
                    sums.Value, memory.Factors, gradient, queryTile, group.QueryColumns, lastQuery, group.FirstFeature, features, group.Tile,
                    memory.Right, group.Row, group.Column);

                AttentionTiles.Share(tile.Slopes, memory.Factors, group.Row, group.Column);
                sums.Key = AttentionTiles.AddRows(
                    sums.Key, memory.Factors, query, queryTile, group.QueryColumns, lastQuery, group.FirstFeature, features, group.Tile,
                    memory.Right, group.Row, group.Column);
            }
        }

        return sums;
    }

    private static void Write(
        AttentionKeyGradients sums,
        int keyTile,
        int rows,
        AttentionDimensions dimensions,
        AttentionGroup group,
        ArrayView<float> keyGradient,
        ArrayView<float> valueGradient)
    {
        ProductTile keys = ProductTile.ScaleRows(sums.Key, Quadruple.Of(dimensions.Scale));
        int place = keyTile + group.FirstFeature;
        int piece = dimensions.HeadDim - group.FirstFeature;
        AttentionTiles.Write(keys, keyGradient, place, group.KeyColumns, rows, piece, group.Row, group.Column);
        AttentionTiles.Write(sums.Value, valueGradient, place, group.KeyColumns, rows, piece, group.Row, group.Column);
    }

    /// <summary>P and dS of a tile of queries and a tile of keys: the calling thread's four queries by four keys.</summary>
    /// <param name="gradient">dO.</param>
    /// <param name="query">Q.</param>
    /// <param name="key">K.</param>
    /// <param name="value">V.</param>
    /// <param name="logSumExp">The logarithms of the softmax's denominators.</param>
    /// <param name="rowSums">rowsum(dO ∘ O).</param>
    /// <param name="head">The head of queries.</param>
    /// <param name="firstQuery">The tile's first query, counted from the sequence's first row.</param>
    /// <param name="keyTile">Where the tile of keys starts in the keys, and in the values.</param>
    /// <param name="lastKey">The last key, counted from the tile's first.</param>
    /// <param name="seen">How many of the thread's four keys its first query sees.</param>
    /// <param name="more">How many more of them each further query sees.</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="group">What the group computes.</param>
    /// <param name="memory">Memory that the operands pass through.</param>
    private static AttentionWeights Weights(
        ArrayView<float> gradient,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> logSumExp,
        ArrayView<float> rowSums,
        int head,
        int firstQuery,
        int keyTile,
        int lastKey,
        int seen,
        int more,
        AttentionDimensions dimensions,
        AttentionGroup group,
        AttentionMemory memory)
    {
        int features = dimensions.HeadDim;
        int queryTile = group.QueryStart(firstQuery, head, dimensions);
        int numbersStart = ((group.FirstRow + firstQuery) * dimensions.Heads) + head;
        int lastQuery = group.Length - firstQuery - 1;
        ProductTile products = default;
        ProductTile slopes = default;
        for (int feature = 0; feature < features; feature += AttentionTiles.Depth)
        {
            AttentionTiles.LoadFeatures(query, queryTile, group.QueryColumns, lastQuery, feature, features, group.Tile, memory.Left);
            AttentionTiles.LoadFeatures(gradient, queryTile, group.QueryColumns, lastQuery, feature, features, group.Tile, memory.LeftGradient);
            AttentionTiles.LoadFeatures(key, keyTile, group.KeyColumns, lastKey, feature, features, group.Tile, memory.Right);
            AttentionTiles.LoadFeatures(value, keyTile, group.KeyColumns, lastKey, feature, features, group.Tile, memory.RightValue);
            Group.Barrier();
            products = AttentionTiles.AddProducts(products, memory.Left, memory.Right, group.Row, group.Column);
            slopes = AttentionTiles.AddProducts(slopes, memory.LeftGradient, memory.RightValue, group.Row, group.Column);
            Group.Barrier();
        }

        FourFloats logarithms = AttentionTiles.LoadRowNumbers(logSumExp, numbersStart, dimensions.Heads, lastQuery, group.Row);
        FourFloats sums = AttentionTiles.LoadRowNumbers(rowSums, numbersStart, dimensions.Heads, lastQuery, group.Row);
        AttentionWeights result = default;
        result.Weights = Weights(products, dimensions.Scale, logarithms, seen, more, lastQuery + 1 - (4 * group.Row));
        result.Slopes = Slopes(result.Weights, slopes, sums);
        return result;
    }

    /// <summary>P = e^(scale · products - logarithms), zero for keys that the query does not see and for rows of padding.</summary>
    /// <param name="products">Q Kᵀ: the thread's four queries by four keys.</param>
    /// <param name="scale">1 / √features.</param>
    /// <param name="logarithms">The logarithm of each query's denominator.</param>
    /// <param name="seen">How many of the four keys the first query sees.</param>
    /// <param name="more">How many more of them each further query sees.</param>
    /// <param name="queries">How many of the four queries are no padding.</param>
    private static ProductTile Weights(ProductTile products, float scale, FourFloats logarithms, int seen, int more, int queries)
    {
        products.Row0 = RowWeights(products.Row0, scale, logarithms.X, queries > 0 ? seen : 0);
        products.Row1 = RowWeights(products.Row1, scale, logarithms.Y, queries > 1 ? seen + more : 0);
        products.Row2 = RowWeights(products.Row2, scale, logarithms.Z, queries > 2 ? seen + (2 * more) : 0);
        products.Row3 = RowWeights(products.Row3, scale, logarithms.W, queries > 3 ? seen + (3 * more) : 0);
        return products;
    }

    private static FourFloats RowWeights(FourFloats products, float scale, float logarithm, int seen) =>
        Quadruple.First(Quadruple.Exp(Quadruple.Subtract(Quadruple.Scale(products, scale), Quadruple.Of(logarithm))), seen, 0);

    /// <summary>dS = P ∘ (dP - sums).</summary>
    /// <param name="weights">P.</param>
    /// <param name="slopes">dP.</param>
    /// <param name="sums">rowsum(dO ∘ O) of each query.</param>
    private static ProductTile Slopes(ProductTile weights, ProductTile slopes, FourFloats sums)
    {
        slopes.Row0 = RowSlopes(weights.Row0, slopes.Row0, sums.X);
        slopes.Row1 = RowSlopes(weights.Row1, slopes.Row1, sums.Y);
        slopes.Row2 = RowSlopes(weights.Row2, slopes.Row2, sums.Z);
        slopes.Row3 = RowSlopes(weights.Row3, slopes.Row3, sums.W);
        return slopes;
    }

    private static FourFloats RowSlopes(FourFloats weights, FourFloats slopes, float sum) =>
        Quadruple.Multiply(weights, Quadruple.Subtract(slopes, Quadruple.Of(sum)));
}
