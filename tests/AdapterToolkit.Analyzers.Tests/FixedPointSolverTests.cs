using System.Collections.Concurrent;
using AdapterToolkit.Analyzers.Flow;
using Xunit;

namespace AdapterToolkit.Analyzers.Tests;

/// <summary>The solver finds the least solution of a system of equations, whatever it is asked for first, and evaluates no more than it must.</summary>
public sealed class FixedPointSolverTests
{
    /// <summary>Random systems over sets, in which what an unknown depends on can depend on what others are.</summary>
    [Fact]
    public void The_solution_is_the_least_one_from_wherever_it_is_asked_for()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            SetSystem system = SetSystem.Random(new Random(seed));
            Set[] expected = system.Iterate();
            for (int order = 0; order < 5; order++)
            {
                int[] unknowns = [.. Enumerable.Range(0, expected.Length)];
                new Random(order).Shuffle(unknowns);
                ConcurrentDictionary<int, Set> solved = new();
                foreach (int unknown in unknowns)
                    Assert.Equal(expected[unknown], new FixedPointSolver<int, Set>(solved, Set.Empty, system.Evaluate).Of(unknown));
                Assert.Equal(expected.Length, solved.Count);
            }
        }
    }

    [Fact]
    public void What_depends_on_itself_through_nothing_is_evaluated_once()
    {
        int[] evaluations = new int[100];
        ConcurrentDictionary<int, Set> solved = new();
        for (int unknown = 0; unknown < 100; unknown += 7)
        {
            new FixedPointSolver<int, Set>(solved, Set.Empty, (at, solver) =>
            {
                evaluations[at]++;
                return at == 0 ? new Set([1]) : solver.Of(at / 2).With(solver.Of(at - 1));
            }).Of(unknown);
        }

        Assert.All(evaluations[..99], count => Assert.Equal(1, count));
    }

    /// <summary>A member that a constructor both writes and reads: what it reads is what it wrote, after two evaluations.</summary>
    [Fact]
    public void A_component_is_gone_over_only_as_long_as_it_changes()
    {
        int evaluations = 0;
        Set result = new FixedPointSolver<int, Set>(new(), Set.Empty, (at, solver) =>
        {
            evaluations++;
            return at == 0 ? solver.Of(1).With(new Set([5])) : solver.Of(0);
        }).Of(0);

        Assert.Equal(new Set([5]), result);
        Assert.Equal(4, evaluations);
    }

    [Fact]
    public void A_long_chain_needs_no_deep_stack()
    {
        Set result = new FixedPointSolver<int, Set>(
            new(), Set.Empty, (at, solver) => at == 3_000 ? new Set([at]) : solver.Of(at + 1)).Of(0);

        Assert.Equal(new Set([3_000]), result);
    }

    /// <summary>A system without an end is cut off, and nothing of it counts as solved.</summary>
    [Fact]
    public void A_system_without_an_end_is_cut_off()
    {
        ConcurrentDictionary<int, Set> solved = new();

        Set result = new FixedPointSolver<int, Set>(
            solved, Set.Empty, (at, solver) => solver.Of(at + 1).With(solver.Of(at + 2))).Of(0);

        Assert.Equal(Set.Empty, result);
        Assert.Empty(solved);
    }

    /// <summary>Each time that it is evaluated it is more: that is no solution, and what counts as solved is that nothing is known of it.</summary>
    [Fact]
    public void What_never_stops_changing_is_cut_off()
    {
        ConcurrentDictionary<int, Set> solved = new();
        FixedPointSolver<int, Set> solver = new(solved, Set.Empty, (at, solver) => at switch
        {
            0 => solver.Of(1),
            1 => solver.Of(0).With(new Set([solver.Of(0).Numbers.Length])),
            2 => solver.Of(0).With(new Set([100])),
            _ => new Set([at]),
        });

        Assert.Equal(new Set([100]), solver.Of(2));
        Assert.Equal(Set.Empty, solver.Of(0));
        Assert.Equal(Set.Empty, solver.Of(1));
        Assert.Equal(new Set([3]), solver.Of(3));
        Assert.Equal([0, 1, 2, 3], solved.Keys.Order());
        Assert.Equal(Set.Empty, solved[0]);
    }

    [Fact]
    public void What_an_evaluation_throws_reaches_whoever_asked()
    {
        FixedPointSolver<int, Set> solver = new(
            new(), Set.Empty, (at, solver) => at == 40 ? throw new OperationCanceledException("enough") : solver.Of(at + 1));

        Assert.Equal("enough", Assert.Throws<OperationCanceledException>(() => solver.Of(0)).Message);
    }

    /// <summary>A set of numbers.</summary>
    private sealed record Set(int[] Numbers)
    {
        public static readonly Set Empty = new([]);

        public Set With(Set other) => new([.. Numbers.Union(other.Numbers).Order()]);

        public bool Equals(Set? other) => other is not null && Numbers.SequenceEqual(other.Numbers);

        public override int GetHashCode() => Numbers.Length;
    }

    /// <summary>Equations: each set is its own numbers with the sets that it uses, and with those that it uses where another one holds a number.</summary>
    private sealed class SetSystem
    {
        private int[][] _own = [], _used = [];
        private (int Asked, int Number, int Then)[][] _conditions = [];

        public static SetSystem Random(Random random)
        {
            int count = random.Next(1, 14);
            return new SetSystem
            {
                _own = Rows(() => random.Next(6)),
                _used = Rows(() => random.Next(count)),
                _conditions = Rows(() => (random.Next(count), random.Next(6), random.Next(count))),
            };

            T[][] Rows<T>(Func<T> next) => [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, random.Next(3)).Select(_ => next()).ToArray())];
        }

        public Set Evaluate(int unknown, FixedPointSolver<int, Set> solver) => Evaluate(unknown, solver.Of);

        /// <summary>The least solution: all equations, again and again from the empty sets on, until nothing changes.</summary>
        public Set[] Iterate()
        {
            Set[] sets = [.. _own.Select(_ => Set.Empty)];
            while (true)
            {
                Set[] next = [.. sets.Select((_, i) => Evaluate(i, other => sets[other]))];
                if (next.SequenceEqual(sets))
                    return sets;
                sets = next;
            }
        }

        private Set Evaluate(int unknown, Func<int, Set> of)
        {
            Set result = new([.. _own[unknown].Distinct().Order()]);
            foreach (int used in _used[unknown])
                result = result.With(of(used));
            foreach ((int asked, int number, int then) in _conditions[unknown])
            {
                if (of(asked).Numbers.Contains(number))
                    result = result.With(of(then));
            }

            return result;
        }
    }
}
