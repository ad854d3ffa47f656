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
        int features = dimensions.HeadDim;
        int firstQuery = group.First;
        int queries = group.Length - firstQuery;
        int queryTile = group.QueryStart(firstQuery, group.Head, dimensions);
        int keyStart = group.KeyStart(0, group.Head / (dimensions.Heads / dimensions.KeyHeads), dimensions);
        int numbersStart = ((group.FirstRow + firstQuery) * dimensions.Heads) + group.Head;

        ProductTile output = default;
        int end = queries <= 0 ? 0 : queries < group.Tile ? group.Length : firstQuery + group.Tile;
        for (int firstKey = 0; firstKey < end; firstKey += group.Tile)
        {
            int keyTile = keyStart + (firstKey * group.KeyColumns);
            int lastKey = group.Length - firstKey - 1;
            AttentionWeights tile = Weights(
                gradient, query, key, value, logSumExp, rowSums, dimensions, group, memory,
                queryTile, numbersStart, firstQuery, keyTile, firstKey);
            AttentionTiles.Share(ProductTile.Transpose(tile.Slopes), memory.Factors, group.Column, group.Row);
            output = AttentionTiles.AddRows(
                output, memory.Factors, key, keyTile, group.KeyColumns, lastKey, group.FirstFeature, features, group.Tile,
                memory.Right, group.Row, group.Column);
        }

        output = ProductTile.ScaleRows(output, Quadruple.Of(dimensions.Scale));
        AttentionTiles.Write(
            output,
            queryGradient,
            queryTile + group.FirstFeature,
            group.QueryColumns,
            group.Rows - firstQuery,
            features - group.FirstFeature,
            group.Row,
            group.Column);
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
        int features = dimensions.HeadDim;
        int firstKey = group.First;
        int keyTile = group.KeyStart(firstKey, group.Head, dimensions);
        int groupSize = dimensions.Heads / dimensions.KeyHeads;

        ProductTile keyOutput = default;
        ProductTile valueOutput = default;
        for (int head = group.Head * groupSize; head < (group.Head + 1) * groupSize; head++)
        {
            for (int firstQuery = firstKey; firstQuery < group.Length; firstQuery += group.Tile)
            {
                int queryTile = group.QueryStart(firstQuery, head, dimensions);
                int lastQuery = group.Length - firstQuery - 1;
                int numbersStart = ((group.FirstRow + firstQuery) * dimensions.Heads) + head;
                AttentionWeights tile = Weights(
                    gradient, query, key, value, logSumExp, rowSums, dimensions, group, memory,
                    queryTile, numbersStart, firstQuery, keyTile, firstKey);

                AttentionTiles.Share(tile.Weights, memory.Factors, group.Row, group.Column);
                valueOutput = AttentionTiles.AddRows(
                    valueOutput, memory.Factors, gradient, queryTile, group.QueryColumns, lastQuery, group.FirstFeature, features, group.Tile,
                    memory.Right, group.Row, group.Column);

                AttentionTiles.Share(tile.Slopes, memory.Factors, group.Row, group.Column);
                keyOutput = AttentionTiles.AddRows(
                    keyOutput, memory.Factors, query, queryTile, group.QueryColumns, lastQuery, group.FirstFeature, features, group.Tile,
                    memory.Right, group.Row, group.Column);
            }
        }

        keyOutput = ProductTile.ScaleRows(keyOutput, Quadruple.Of(dimensions.Scale));
        int place = keyTile + group.FirstFeature, rows = group.Rows - firstKey, piece = features - group.FirstFeature;
        AttentionTiles.Write(keyOutput, keyGradient, place, group.KeyColumns, rows, piece, group.Row, group.Column);
        AttentionTiles.Write(valueOutput, valueGradient, place, group.KeyColumns, rows, piece, group.Row, group.Column);
    }

    /// <summary>P and dS of a tile of queries and a tile of keys: the calling thread's four queries by four keys.</summary>
    /// <param name="gradient">dO.</param>
    /// <param name="query">Q.</param>
    /// <param name="key">K.</param>
    /// <param name="value">V.</param>
    /// <param name="logSumExp">The logarithms of the softmax's denominators.</param>
    /// <param name="rowSums">rowsum(dO ∘ O).</param>
    /// <param name="dimensions">The dimensions.</param>
    /// <param name="group">What the group computes.</param>
    /// <param name="memory">Memory that the operands pass through.</param>
    /// <param name="queryTile">Where the tile of queries starts in Q, and in dO.</param>
    /// <param name="numbersStart">Where the tile's logarithms and sums start.</param>
    /// <param name="firstQuery">The tile's first query, counted from the sequence's first row.</param>
    /// <param name="keyTile">Where the tile of keys starts in K, and in V.</param>
    /// <param name="firstKey">The tile's first key, counted from the sequence's first row.</param>
    private static AttentionWeights Weights(
        ArrayView<float> gradient,
        ArrayView<float> query,
        ArrayView<float> key,
        ArrayView<float> value,
        ArrayView<float> logSumExp,
        ArrayView<float> rowSums,
        AttentionDimensions dimensions,
        AttentionGroup group,
        AttentionMemory memory,
        int queryTile,
        int numbersStart,
        int firstQuery,
        int keyTile,
        int firstKey)
    {
        int features = dimensions.HeadDim;
        int lastQuery = group.Length - firstQuery - 1;
        int lastKey = group.Length - firstKey - 1;
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
        int seen = firstQuery + (4 * group.Row) - firstKey - (4 * group.Column) + 1;
        AttentionWeights result = default;
        result.Weights = Weights(products, dimensions.Scale, logarithms, seen, lastQuery + 1 - (4 * group.Row));
        result.Slopes = Slopes(result.Weights, slopes, sums);
        return result;
    }

    /// <summary>P = e^(scale · products - logarithms), zero for keys after the query and for rows of padding.</summary>
    /// <param name="products">Q Kᵀ: the thread's four queries by four keys.</param>
    /// <param name="scale">1 / √features.</param>
    /// <param name="logarithms">The logarithm of each query's denominator.</param>
    /// <param name="seen">How many of the four keys the first query sees; each further one sees one more.</param>
    /// <param name="queries">How many of the four queries are no padding.</param>
    private static ProductTile Weights(ProductTile products, float scale, FourFloats logarithms, int seen, int queries)
    {
        products.Row0 = RowWeights(products.Row0, scale, logarithms.X, queries > 0 ? seen : 0);
        products.Row1 = RowWeights(products.Row1, scale, logarithms.Y, queries > 1 ? seen + 1 : 0);
        products.Row2 = RowWeights(products.Row2, scale, logarithms.Z, queries > 2 ? seen + 2 : 0);
        products.Row3 = RowWeights(products.Row3, scale, logarithms.W, queries > 3 ? seen + 3 : 0);
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
