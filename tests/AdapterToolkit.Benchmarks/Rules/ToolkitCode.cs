namespace AdapterToolkit.Benchmarks.Rules;

/// <summary>Classes as programs have them that use the toolkit, and such as any program has.</summary>
internal static class ToolkitCode
{
    /// <summary>What each file begins with.</summary>
    public const string Header = """
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Threading;
        using System.Threading.Tasks;
        using AdapterToolkit;
        using AdapterToolkit.Adapters;
        using AdapterToolkit.Devices;
        using AdapterToolkit.Modules;
        using AdapterToolkit.Operators;
        using AdapterToolkit.Tensors;
        using AdapterToolkit.Weights;

        """;

    /// <summary>Layers and models with adapters, and what looks at them.</summary>
    public static IReadOnlyList<string> WithAdapters { get; } =
    [
        """
        [LowRank(8)]
        public sealed partial class @NProjection(int inFeatures, int outFeatures) : Linear(inFeatures, outFeatures);

        [AdapterModel]
        public sealed partial class @NAttention
        {
            public @NProjection Query { get; } = new(64, 64);
            public @NProjection Key { get; } = new(64, 64);
            public @NProjection Value { get; } = new(64, 64);
            public @NProjection Output { get; } = new(64, 64);

            public Tensor Forward(Tensor x, SequenceContext context)
            {
                Tensor query = Op.Rotary(Query.Forward(x), context);
                Tensor key = Op.Rotary(Key.Forward(x), context);
                Tensor attended = Op.CausalAttention(query, key, Value.Forward(x), context);
                return Output.Forward(attended);
            }
        }

        """,
        """
        public static class @NReport
        {
            public static string Describe(IReadOnlyList<Linear> layers)
            {
                List<string> lines = new();
                foreach (Linear layer in layers)
                {
                    int rows = layer.OutFeatures, columns = layer.InFeatures;
                    double share = layer.Factors is { } factors ? (double)factors.Rank * (rows + columns) / ((double)rows * columns) : 0;
                    lines.Add($"{layer.GetType().Name}: {rows} x {columns}, {share:P1}");
                }

                return string.Join('\n', lines);
            }

            public static float Largest(Linear layer)
            {
                float largest = 0;
                foreach (float value in layer.Weight.ToArray())
                    largest = Math.Max(largest, Math.Abs(value));
                return largest;
            }

            public static Tensor Run(Linear layer, Tensor x)
            {
                Tensor y = layer.Forward(x);
                return y + x;
            }

            public static void MergeAll(IReadOnlyList<Linear> layers, int bits)
            {
                foreach (Linear layer in layers)
                    layer.MergeTo(bits);
            }
        }

        """,
    ];

    /// <summary>Classes of any program.</summary>
    public static IReadOnlyList<string> Ordinary { get; } =
    [
        """
        public sealed record @NItem(int Id, string Name, decimal Price, DateTime Created)
        {
            public bool IsRecent => (DateTime.UtcNow - Created).TotalDays < @1;

            public @NItem Discounted(decimal share) => this with { Price = Price * (1 - share) };
        }

        public interface I@NStore
        {
            Task<@NItem?> FindAsync(int id, CancellationToken cancellation);
            Task SaveAsync(@NItem item, CancellationToken cancellation);
        }

        public sealed class @NStore : I@NStore
        {
            private readonly Dictionary<int, @NItem> _items = new();
            private readonly SemaphoreSlim _gate = new(1);
            private long _reads, _writes;

            public event EventHandler<@NItem>? Saved;

            public async Task<@NItem?> FindAsync(int id, CancellationToken cancellation)
            {
                await _gate.WaitAsync(cancellation).ConfigureAwait(false);
                try
                {
                    _reads++;
                    return _items.TryGetValue(id, out @NItem? item) ? item : null;
                }
                finally
                {
                    _gate.Release();
                }
            }

            public async Task SaveAsync(@NItem item, CancellationToken cancellation)
            {
                await _gate.WaitAsync(cancellation).ConfigureAwait(false);
                try
                {
                    _writes++;
                    _items[item.Id] = item;
                }
                finally
                {
                    _gate.Release();
                }

                Saved?.Invoke(this, item);
            }

            public IReadOnlyList<(string Name, decimal Total)> Totals() =>
                _items.Values.GroupBy(item => item.Name).Select(group => (group.Key, group.Sum(item => item.Price)))
                    .OrderByDescending(entry => entry.Item2).ToList();

            public override string ToString() => $"{_items.Count} items, {_reads} reads, {_writes} writes";
        }

        """,
        """
        public static class @NParser
        {
            public enum Kind { Number, Word, Symbol, End }

            public readonly record struct Token(Kind Kind, string Text, int Position);

            public static List<Token> Read(string text)
            {
                List<Token> tokens = new();
                int i = 0;
                while (i < text.Length)
                {
                    char c = text[i];
                    if (char.IsWhiteSpace(c))
                    {
                        i++;
                        continue;
                    }

                    int start = i;
                    if (char.IsDigit(c))
                    {
                        while (i < text.Length && (char.IsDigit(text[i]) || text[i] == '.'))
                            i++;
                        tokens.Add(new Token(Kind.Number, text.Substring(start, i - start), start));
                    }
                    else if (char.IsLetter(c))
                    {
                        while (i < text.Length && char.IsLetterOrDigit(text[i]))
                            i++;
                        tokens.Add(new Token(Kind.Word, text.Substring(start, i - start), start));
                    }
                    else
                    {
                        tokens.Add(new Token(Kind.Symbol, c.ToString(), i++));
                    }
                }

                tokens.Add(new Token(Kind.End, "", text.Length));
                return tokens;
            }

            public static double Evaluate(IReadOnlyList<Token> tokens)
            {
                int next = 0;
                return Sum();

                double Sum()
                {
                    double value = Product();
                    while (tokens[next].Text is "+" or "-")
                        value = tokens[next++].Text == "+" ? value + Product() : value - Product();
                    return value;
                }

                double Product()
                {
                    double value = Number();
                    while (tokens[next].Text is "*" or "/")
                        value = tokens[next++].Text == "*" ? value * Number() : value / Number();
                    return value;
                }

                double Number()
                {
                    Token token = tokens[next++];
                    return token switch
                    {
                        { Kind: Kind.Number } => double.Parse(token.Text),
                        { Text: "(" } => Inner(),
                        _ => throw new FormatException($"'{token.Text}' at {token.Position}"),
                    };
                }

                double Inner()
                {
                    double value = Sum();
                    if (tokens[next++].Text != ")")
                        throw new FormatException("A parenthesis is open.");
                    return value;
                }
            }
        }

        """,
        """
        public sealed class @NGrid
        {
            private readonly double[,] _cells = new double[@1, @2];

            public double this[int row, int column]
            {
                get => _cells[row, column];
                set => _cells[row, column] = double.IsNaN(value) ? throw new ArgumentException("No number.", nameof(value)) : value;
            }

            public void Relax(int steps, double rate)
            {
                int rows = _cells.GetLength(0), columns = _cells.GetLength(1);
                for (int step = 0; step < steps; step++)
                {
                    for (int row = 1; row < rows - 1; row++)
                    {
                        for (int column = 1; column < columns - 1; column++)
                        {
                            double around = _cells[row - 1, column] + _cells[row + 1, column] + _cells[row, column - 1] + _cells[row, column + 1];
                            _cells[row, column] += rate * (around / 4 - _cells[row, column]);
                        }
                    }
                }
            }

            public IEnumerable<(int Row, int Column)> Peaks(double limit)
            {
                for (int row = 0; row < _cells.GetLength(0); row++)
                {
                    for (int column = 0; column < _cells.GetLength(1); column++)
                    {
                        if (_cells[row, column] > limit)
                            yield return (row, column);
                    }
                }
            }
        }

        """,
    ];
}
