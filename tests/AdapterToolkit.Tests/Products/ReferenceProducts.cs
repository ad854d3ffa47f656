namespace AdapterToolkit.Tests.Products;

/// <summary>The products of a linear layer by plain loops, in double precision.</summary>
internal sealed class ReferenceProducts(ProductOperands operands, bool hasAdapter)
{
    private readonly int _rows = operands.Rows;
    private readonly int _in = operands.InFeatures;
    private readonly int _out = operands.OutFeatures;
    private readonly int _rank = operands.Rank;

    /// <summary>u = x Aᵀ.</summary>
    public double[] U() => Product(_rows, _rank, _in, (row, r, i) => (double)operands.X[(row * _in) + i] * operands.A[(r * _in) + i]);

    /// <summary>v = s·dy B.</summary>
    public double[] V() => Product(_rows, _rank, _out, (row, r, o) => operands.Scaling * (double)operands.Dy[(row * _out) + o] * operands.B[(o * _rank) + r]);

    /// <summary>y = x Wᵀ + s·u Bᵀ + bias.</summary>
    public double[] Y()
    {
        double[] y = Product(_rows, _out, _in, (row, o, i) => (double)operands.X[(row * _in) + i] * operands.W[(o * _in) + i]);
        if (hasAdapter)
        {
            double[] u = U();
            Add(y, Product(_rows, _out, _rank, (row, o, r) => operands.Scaling * u[(row * _rank) + r] * operands.B[(o * _rank) + r]));
        }

        if (operands.Bias is not null)
            Add(y, Product(_rows, _out, 1, (_, o, _) => operands.Bias[o]));
        return y;
    }

    /// <summary>dx = dy W + v A.</summary>
    public double[] Dx()
    {
        double[] dx = Product(_rows, _in, _out, (row, i, o) => (double)operands.Dy[(row * _out) + o] * operands.W[(o * _in) + i]);
        if (hasAdapter)
        {
            double[] v = V();
            Add(dx, Product(_rows, _in, _rank, (row, i, r) => v[(row * _rank) + r] * operands.A[(r * _in) + i]));
        }

        return dx;
    }

    /// <summary>dA = vᵀ x.</summary>
    public double[] Da()
    {
        double[] v = V();
        return Product(_rank, _in, _rows, (r, i, row) => v[(row * _rank) + r] * operands.X[(row * _in) + i]);
    }

    /// <summary>dB = s·dyᵀ u.</summary>
    public double[] Db()
    {
        double[] u = U();
        return Product(_out, _rank, _rows, (o, r, row) => operands.Scaling * operands.Dy[(row * _out) + o] * u[(row * _rank) + r]);
    }

    /// <summary>W + s·BA.</summary>
    public double[] Merged()
    {
        double[] merged = Product(_out, _in, _rank, (o, i, r) => operands.Scaling * (double)operands.B[(o * _rank) + r] * operands.A[(r * _in) + i]);
        Add(merged, Product(_out, _in, 1, (o, i, _) => operands.W[(o * _in) + i]));
        return merged;
    }

    private static double[] Product(int rows, int columns, int depth, Func<int, int, int, double> term)
    {
        double[] result = new double[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double sum = 0;
                for (int k = 0; k < depth; k++)
                    sum += term(row, column, k);
                result[(row * columns) + column] = sum;
            }
        }

        return result;
    }

    private static void Add(double[] target, double[] summand)
    {
        for (int i = 0; i < target.Length; i++)
            target[i] += summand[i];
    }
}
