using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>The loop around the statement that is being lifted.</summary>
internal sealed class LoopState(IReadOnlyList<ISymbol> carried)
{
    /// <summary>The value that is returned from inside the loop; -1 where none is.</summary>
    public int Returned { get; private set; } = -1;

    /// <summary>Ends the iteration with the present values of the loop-carried variables.</summary>
    public Terminator Terminate(TerminatorKind kind, Dictionary<ISymbol, int> variables) =>
        new(kind, new EquatableArray<int>(carried.Select(variable => variables[variable])));

    /// <summary>Leaves the loop to return a value.</summary>
    public Terminator Return(int value, Dictionary<ISymbol, int> variables, Func<string, int> newValue)
    {
        if (Returned < 0)
            Returned = newValue("returned");
        return new Terminator(TerminatorKind.ReturnFromLoop, new EquatableArray<int>(carried.Select(variable => variables[variable]).Append(value)));
    }
}
