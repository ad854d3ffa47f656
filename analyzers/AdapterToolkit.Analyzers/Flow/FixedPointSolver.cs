using System.Collections.Concurrent;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// Solves a system of equations from the top down: an unknown is evaluated when it is asked for, and asks for those that it depends on. Unknowns that depend on
/// each other, as recursive methods do, are a strongly connected component: they start from the bottom, and each is evaluated again as long as one that it
/// used has changed. The solution depends on the equations alone, and not on what is asked for first.
/// After B. Le Charlier and P. Van Hentenryck, "A universal top-down fixpoint algorithm" (1992), with components as R. Tarjan finds them (1972).
/// </summary>
/// <typeparam name="TUnknown">What is asked for.</typeparam>
/// <typeparam name="TResult">What it is. Equality tells whether it has changed.</typeparam>
/// <param name="solved">What is solved, which solvers on several threads share.</param>
/// <param name="bottom">What an unknown is before it is evaluated.</param>
/// <param name="evaluate">The right-hand sides.</param>
internal sealed class FixedPointSolver<TUnknown, TResult>(
    ConcurrentDictionary<TUnknown, TResult> solved, TResult bottom, Func<TUnknown, FixedPointSolver<TUnknown, TResult>, TResult> evaluate)
    where TUnknown : struct, IEquatable<TUnknown>
    where TResult : class, IEquatable<TResult>
{
    /// <summary>How often the unknowns of one component are gone over at most; those of programs are stable after a few times.</summary>
    private const int MostRounds = 16;

    /// <summary>How many evaluations one solver makes at most, so that a program made for it can't keep it busy for ever.</summary>
    private const int MostEvaluations = 20_000;

    /// <summary>How many evaluations stand in each other on one thread at most, for the sake of its stack.</summary>
    private const int MostOnThread = 16;

    private readonly Dictionary<TUnknown, Equation> _open = [];
    private readonly Dictionary<TUnknown, TResult> _cutOff = [];
    private readonly List<Equation> _stack = [];
    private Equation? _current;
    private int _evaluations;
    private int _depth;

    /// <summary>What an unknown is: within its component, as far as that is known yet.</summary>
    public TResult Of(TUnknown unknown)
    {
        if (solved.TryGetValue(unknown, out TResult? known))
            return known;
        if (_cutOff.TryGetValue(unknown, out TResult? partial))
            return CutOff(partial);
        if (!_open.TryGetValue(unknown, out Equation? equation))
        {
            if (_evaluations >= MostEvaluations)
                return CutOff(bottom);
            equation = new Equation(unknown, _stack.Count, bottom);
            _stack.Add(equation);
            _open.Add(unknown, equation);
            Evaluate(equation);
            if (equation.Lowest == equation.Place)
                Close(equation);
        }

        _current?.Use(equation);
        return equation.Result;
    }

    /// <summary>Notes that what is being evaluated depends on more than may be followed.</summary>
    private TResult CutOff(TResult result)
    {
        if (_current is not null)
            _current.IsCutOff = true;
        return result;
    }

    /// <summary>Evaluates an unknown once.</summary>
    /// <returns>Whether it changed.</returns>
    private bool Evaluate(Equation equation)
    {
        Equation? around = _current;
        _current = equation;
        equation.Used.Clear();
        _evaluations++;
        _depth++;
        TResult result = _depth % MostOnThread == 0 ? EvaluateOnThread(equation.Unknown) : evaluate(equation.Unknown, this);
        _depth--;
        _current = around;
        bool changed = equation.IsUsed && !result.Equals(equation.Result);
        equation.Result = result;
        return changed;
    }

    /// <summary>Evaluates an unknown on a thread of its own, which has a stack of its own.</summary>
    private TResult EvaluateOnThread(TUnknown unknown) =>
        Task.Factory.StartNew(() => evaluate(unknown, this), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .GetAwaiter().GetResult();

    /// <summary>Solves the component that ends with an unknown: of those in it, that was asked for first.</summary>
    private void Close(Equation first)
    {
        bool changes = first.IsUsed;
        for (int round = 0; changes && round < MostRounds && _evaluations < MostEvaluations; round++)
        {
            changes = false;
            for (int i = first.Place; i < _stack.Count; i++)
            {
                if (_stack[i].IsOutOfDate())
                    changes |= Evaluate(_stack[i]);
            }
        }

        bool isCutOff = changes && _evaluations >= MostEvaluations;
        for (int i = first.Place; i < _stack.Count; i++)
        {
            first.Lowest = Math.Min(first.Lowest, _stack[i].Lowest);
            isCutOff |= _stack[i].IsCutOff;
        }

        // Evaluated once more, one of them can depend on an unknown around: then they all belong to its component.
        if (first.Lowest < first.Place)
            return;
        for (int i = first.Place; i < _stack.Count; i++)
        {
            Equation equation = _stack[i];
            _open.Remove(equation.Unknown);
            // Of what is still changing nothing is known, neither that it is less than it was last, nor that it is more.
            if (changes)
                equation.Result = bottom;
            equation.IsCutOff = isCutOff;
            equation.IsSolved = true;
            if (isCutOff)
                _cutOff.Add(equation.Unknown, equation.Result);
            else
                solved.TryAdd(equation.Unknown, equation.Result);
        }

        _stack.RemoveRange(first.Place, _stack.Count - first.Place);
    }

    /// <summary>An unknown that is not solved yet.</summary>
    /// <param name="unknown">The unknown.</param>
    /// <param name="place">Its place among those that are not solved, in the order in which they were asked for.</param>
    /// <param name="result">What it is as long as it is not evaluated.</param>
    private sealed class Equation(TUnknown unknown, int place, TResult result)
    {
        public TUnknown Unknown => unknown;

        public int Place { get; } = place;

        /// <summary>What it is as far as that is known.</summary>
        public TResult Result { get; set; } = result;

        /// <summary>The first of those not solved on which it depends.</summary>
        public int Lowest { get; set; } = place;

        /// <summary>Whether its result was used before it was solved.</summary>
        public bool IsUsed { get; private set; }

        public bool IsSolved { get; set; }

        /// <summary>Whether it depends on more than may be followed.</summary>
        public bool IsCutOff { get; set; }

        /// <summary>What it depends on and that is not solved, and what that was.</summary>
        public Dictionary<Equation, TResult> Used { get; } = [];

        public void Use(Equation other)
        {
            IsCutOff |= other.IsCutOff;
            if (other.IsSolved)
                return;
            other.IsUsed = true;
            Lowest = Math.Min(Lowest, other.Lowest);
            Used[other] = other.Result;
        }

        /// <summary>Whether what it depends on has changed since.</summary>
        public bool IsOutOfDate() => Used.Any(used => !ReferenceEquals(used.Key.Result, used.Value) && !used.Key.Result.Equals(used.Value));
    }
}
