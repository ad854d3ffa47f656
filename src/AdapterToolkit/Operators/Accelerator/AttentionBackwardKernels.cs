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
        ArrayView<Float4> left = SharedMemory.Allocate<Float4>(AttentionTiles.Depth * AttentionTiles.Stride);
        ArrayView<Float4> right = SharedMemory.Allocate<Float4>(AttentionTiles.Depth * AttentionTiles.Stride);
        ArrayView<Float4> leftGradient = SharedMemory.Allocate<Float4>(AttentionTiles.Depth * AttentionTiles.Stride);
        ArrayView<Float4> rightValue = SharedMemory.Allocate<Float4>(AttentionTiles.Depth * AttentionTiles.Stride);
        ArrayView<Float4> slopes = SharedMemory.Allocate<Float4>(AttentionTiles.MaximumTile * AttentionTiles.Stride);

        int features = dimensions.HeadDim;
        int tile = 4 * dimensions.Side;
        int row = Group.IdxX / dimensions.Side;
        int column = Group.IdxX % dimensions.Side;

        AttentionGroup group = AttentionGroup.Of(tiles, dimensions);
        int firstQuery = group.First;
        int firstFeature = group.FirstFeature;
        int length = group.Length;
        int queries = length - firstQuery;
        int queryColumns = dimensions.Heads * features;
        int keyColumns = dimensions.KeyHeads * features;
        int queryStart = ((group.FirstRow + firstQuery) * queryColumns) + (group.Head * features);
        int keyStart = (group.FirstRow * keyColumns) + (group.Head / (dimensions.Heads / dimensions.KeyHeads) * features);
        int numbersStart = ((group.FirstRow + firstQuery) * dimensions.Heads) + group.Head;

        ProductTile output = default;
        int end = queries <= 0 ? 0 : queries < tile ? length : firstQuery + tile;
        for (int firstKey = 0; firstKey < end; firstKey += tile)
        {
            int lastKey = length - firstKey - 1;
            int keyTile = keyStart + (firstKey * keyColumns);
            ProductTile products = default;
            ProductTile slope = default;
            for (int feature = 0; feature < features; feature += AttentionTiles.Depth)
            {
                AttentionTiles.LoadFeatures(query, queryStart, queryColumns, queries - 1, feature, features, tile, left);
                AttentionTiles.LoadFeatures(gradient, queryStart, queryColumns, queries - 1, feature, features, tile, leftGradient);
                AttentionTiles.LoadFeatures(key, keyTile, keyColumns, lastKey, feature, features, tile, right);
                AttentionTiles.LoadFeatures(value, keyTile, keyColumns, lastKey, feature, features, tile, rightValue);
                Group.Barrier();
                products = AttentionTiles.AddProducts(products, left, right, row, column);
                slope = AttentionTiles.AddProducts(slope, leftGradient, rightValue, row, column);
                Group.Barrier();
            }

            Float4 logarithms = AttentionTiles.LoadRowNumbers(logSumExp, numbersStart, dimensions.Heads, queries - 1, row);
            Float4 sums = AttentionTiles.LoadRowNumbers(rowSums, numbersStart, dimensions.Heads, queries - 1, row);
            int seen = firstQuery + (4 * row) - firstKey - (4 * column) + 1;
            products = Weights(products, dimensions.Scale, logarithms, seen, queries - (4 * row));
            slope = Slopes(products, slope, sums);
            AttentionTiles.Share(ProductTile.Transpose(slope), slopes, column, row);
            output = AttentionTiles.AddRows(output, slopes, key, keyTile, keyColumns, lastKey, firstFeature, features, tile, right, row, column);
        }

        output = ProductTile.ScaleRows(output, Quadruple.Of(dimensions.Scale));
        AttentionTiles.Write(output, queryGradient, queryStart + firstFeature, queryColumns, group.Rows - firstQuery, features - firstFeature, row, column);
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
        ArrayView<Float4> left = SharedMemory.Allocate<Float4>(AttentionTiles.Depth * AttentionTiles.Stride);
        ArrayView<Float4> right = SharedMemory.Allocate<Float4>(AttentionTiles.Depth * AttentionTiles.Stride);
        ArrayView<Float4> leftGradient = SharedMemory.Allocate<Float4>(AttentionTiles.Depth * AttentionTiles.Stride);
        ArrayView<Float4> rightValue = SharedMemory.Allocate<Float4>(AttentionTiles.Depth * AttentionTiles.Stride);
        ArrayView<Float4> factors = SharedMemory.Allocate<Float4>(AttentionTiles.MaximumTile * AttentionTiles.Stride);

        int features = dimensions.HeadDim;
        int tile = 4 * dimensions.Side;
        int row = Group.IdxX / dimensions.Side;
        int column = Group.IdxX % dimensions.Side;

        AttentionGroup group = AttentionGroup.Of(tiles, dimensions);
        int firstKey = group.First;
        int firstFeature = group.FirstFeature;
        int length = group.Length;
        int lastKey = length - firstKey - 1;
        int queryColumns = dimensions.Heads * features;
        int keyColumns = dimensions.KeyHeads * features;
        int keyTile = ((group.FirstRow + firstKey) * keyColumns) + (group.Head * features);
        int groupSize = dimensions.Heads / dimensions.KeyHeads;

        ProductTile keyOutput = default;
        ProductTile valueOutput = default;
        for (int head = group.Head * groupSize; head < (group.Head + 1) * groupSize; head++)
        {
            for (int firstQuery = firstKey; firstQuery < length; firstQuery += tile)
            {
                int lastQuery = length - firstQuery - 1;
                int queryTile = ((group.FirstRow + firstQuery) * queryColumns) + (head * features);
                ProductTile products = default;
                ProductTile slope = default;
                for (int feature = 0; feature < features; feature += AttentionTiles.Depth)
                {
                    AttentionTiles.LoadFeatures(query, queryTile, queryColumns, lastQuery, feature, features, tile, left);
                    AttentionTiles.LoadFeatures(gradient, queryTile, queryColumns, lastQuery, feature, features, tile, leftGradient);
                    AttentionTiles.LoadFeatures(key, keyTile, keyColumns, lastKey, feature, features, tile, right);
                    AttentionTiles.LoadFeatures(value, keyTile, keyColumns, lastKey, feature, features, tile, rightValue);
                    Group.Barrier();
                    products = AttentionTiles.AddProducts(products, left, right, row, column);
                    slope = AttentionTiles.AddProducts(slope, leftGradient, rightValue, row, column);
                    Group.Barrier();
                }

                int numbersStart = ((group.FirstRow + firstQuery) * dimensions.Heads) + head;
                Float4 logarithms = AttentionTiles.LoadRowNumbers(logSumExp, numbersStart, dimensions.Heads, lastQuery, row);
                Float4 sums = AttentionTiles.LoadRowNumbers(rowSums, numbersStart, dimensions.Heads, lastQuery, row);
                int seen = firstQuery + (4 * row) - firstKey - (4 * column) + 1;
                products = Weights(products, dimensions.Scale, logarithms, seen, lastQuery + 1 - (4 * row));
                slope = Slopes(products, slope, sums);

                AttentionTiles.Share(products, factors, row, column);
                valueOutput = AttentionTiles.AddRows(
                    valueOutput, factors, gradient, queryTile, queryColumns, lastQuery, firstFeature, features, tile, right, row, column);

                AttentionTiles.Share(slope, factors, row, column);
                keyOutput = AttentionTiles.AddRows(
                    keyOutput, factors, query, queryTile, queryColumns, lastQuery, firstFeature, features, tile, right, row, column);
            }
        }

        keyOutput = ProductTile.ScaleRows(keyOutput, Quadruple.Of(dimensions.Scale));
        AttentionTiles.Write(keyOutput, keyGradient, keyTile + firstFeature, keyColumns, group.Rows - firstKey, features - firstFeature, row, column);
        AttentionTiles.Write(valueOutput, valueGradient, keyTile + firstFeature, keyColumns, group.Rows - firstKey, features - firstFeature, row, column);
    }

    /// <summary>P = e^(scale · products - logarithms), zero for keys after the query and for rows of padding.</summary>
    /// <param name="products">Q Kᵀ: the thread's four queries by four keys.</param>
    /// <param name="scale">1 / √features.</param>
    /// <param name="logarithms">The logarithm of each query's denominator.</param>
    /// <param name="seen">How many of the four keys the first query sees; each further one sees one more.</param>
    /// <param name="queries">How many of the four queries are no padding.</param>
    private static ProductTile Weights(ProductTile products, float scale, Float4 logarithms, int seen, int queries)
    {
        products.Row0 = RowWeights(products.Row0, scale, logarithms.X, queries > 0 ? seen : 0);
        products.Row1 = RowWeights(products.Row1, scale, logarithms.Y, queries > 1 ? seen + 1 : 0);
        products.Row2 = RowWeights(products.Row2, scale, logarithms.Z, queries > 2 ? seen + 2 : 0);
        products.Row3 = RowWeights(products.Row3, scale, logarithms.W, queries > 3 ? seen + 3 : 0);
        return products;
    }

    private static Float4 RowWeights(Float4 products, float scale, float logarithm, int seen) =>
        Quadruple.First(Quadruple.Exp(Quadruple.Subtract(Quadruple.Scale(products, scale), Quadruple.Of(logarithm))), seen, 0);

    /// <summary>dS = P ∘ (dP - sums).</summary>
    /// <param name="weights">P.</param>
    /// <param name="slopes">dP.</param>
    /// <param name="sums">rowsum(dO ∘ O) of each query.</param>
    private static ProductTile Slopes(ProductTile weights, ProductTile slopes, Float4 sums)
    {
        slopes.Row0 = RowSlopes(weights.Row0, slopes.Row0, sums.X);
        slopes.Row1 = RowSlopes(weights.Row1, slopes.Row1, sums.Y);
        slopes.Row2 = RowSlopes(weights.Row2, slopes.Row2, sums.Z);
        slopes.Row3 = RowSlopes(weights.Row3, slopes.Row3, sums.W);
        return slopes;
    }

    private static Float4 RowSlopes(Float4 weights, Float4 slopes, float sum) => Quadruple.Multiply(weights, Quadruple.Subtract(slopes, Quadruple.Of(sum)));
}
