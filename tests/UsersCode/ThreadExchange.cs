using AdapterToolkit.Training;
using AdapterToolkit.Weights;

namespace UsersCode;

/// <summary>An exchange between threads that stand for processes: all hear of all, and each adds in the tree.</summary>
public sealed class ThreadExchange : IDisposable
{
    private readonly Barrier _barrier;
    private readonly Member[] _members;

    /// <summary>Makes the exchange.</summary>
    /// <param name="count">How many threads there are.</param>
    public ThreadExchange(int count)
    {
        _barrier = new Barrier(count);
        _members = [.. Enumerable.Range(0, count).Select(_ => new Member())];
    }

    /// <summary>What a thread gives its trainer.</summary>
    /// <param name="member">Which of the threads it is.</param>
    public IGradientExchange this[int member] => new Side(this, member);

    /// <summary>How many sums a thread sent for its first parameter in the last step.</summary>
    /// <param name="member">Which of the threads it is.</param>
    public int SumsOf(int member) => _members[member].Gradients[0].Count;

    public void Dispose() => _barrier.Dispose();

    private sealed class Member
    {
        public StepContents Contents { get; set; }

        public Dictionary<int, List<PartialSum<float[]>>> Gradients { get; set; } = [];

        public IReadOnlyList<PartialSum<double>> Losses { get; set; } = [];

        public bool Stops { get; set; }
    }

    private sealed class Side(ThreadExchange exchange, int member) : IGradientExchange
    {
        public IGradientExchangeStep Begin(StepContents own)
        {
            exchange._members[member].Contents = own;
            exchange._members[member].Gradients = [];
            exchange._barrier.SignalAndWait();
            StepContents[] all = [.. exchange._members.Select(other => other.Contents)];
            SequenceShare share = new(all.Take(member).Sum(other => other.Sequences), own.Sequences, all.Sum(other => other.Sequences));
            return new Step(exchange, member, new StepTotals(
                share, all.Sum(other => other.Labels), all.Sum(other => other.Tokens), all.Any(other => other.Stops)));
        }
    }

    private sealed class Step(ThreadExchange exchange, int member, StepTotals totals) : IGradientExchangeStep
    {
        private readonly Dictionary<int, Parameter> _parameters = [];
        private bool _isComplete;

        public StepTotals Totals { get; } = totals;

        public void Add(GradientContribution gradient)
        {
            _parameters.Add(gradient.Index, gradient.Parameter);
            exchange._members[member].Gradients.Add(
                gradient.Index, [.. gradient.Sums.Select(sum => new PartialSum<float[]>(sum.Range, sum.Sum.ToArray()))]);
        }

        public StepOutcome Complete(IReadOnlyList<PartialSum<double>> losses, bool stops)
        {
            Member[] all = Meet(losses, stops);
            if (all.Any(other => other.Stops))
                return new StepOutcome(0, true);
            foreach ((int index, Parameter parameter) in _parameters)
            {
                if (TreeSum(all.SelectMany(other => other.Gradients[index]), Sum) is { } whole)
                    parameter.AccumulatedGradient.CopyFrom(whole);
            }

            double loss = TreeSum(all.SelectMany(other => other.Losses), (left, right) => left + right);
            exchange._barrier.SignalAndWait();
            return new StepOutcome(loss, false);
        }

        public void Dispose()
        {
            if (!_isComplete && !Totals.Stops && Totals.Labels > 0)
                Meet([], stops: true);
        }

        private Member[] Meet(IReadOnlyList<PartialSum<double>> losses, bool stops)
        {
            _isComplete = true;
            exchange._members[member].Losses = losses;
            exchange._members[member].Stops = stops;
            exchange._barrier.SignalAndWait();
            return exchange._members;
        }

        private T? TreeSum<T>(IEnumerable<PartialSum<T>> sums, Func<T, T, T> add)
        {
            SequenceTree<T> tree = new(Totals.Share with { First = 0, Count = Totals.Share.Total }, add);
            foreach (PartialSum<T> sum in sums)
                tree.Add(sum.Range, sum.Sum);
            return tree.Complete() is [var whole] ? whole.Sum : default;
        }

        private static float[] Sum(float[] left, float[] right) => [.. left.Zip(right, (a, b) => a + b)];
    }
}
