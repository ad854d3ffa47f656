using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Emission.Models;

/// <summary>The user's source lines above what they caused: a line once where several operations in turn stem from it.</summary>
/// <param name="writer">Where to write.</param>
internal sealed class SourceComments(SourceWriter writer)
{
    private string _last = "";

    /// <summary>Writes an operation's line, if it has one and it is not the one before's.</summary>
    /// <param name="operation">The operation.</param>
    public void Write(Operation operation)
    {
        if (Follow(operation))
        {
            writer.Line();
            writer.Line($"// {_last}");
        }
    }

    /// <summary>Takes an operation's line as written, where the emitted text has the line itself.</summary>
    /// <param name="operation">The operation.</param>
    /// <returns>Whether it has a line that is not the one before's.</returns>
    public bool Follow(Operation operation)
    {
        if (operation.Source == _last || operation.Source.Length == 0)
            return false;
        _last = operation.Source;
        return true;
    }

    /// <summary>Begins or ends a block, in which a line stands again.</summary>
    public void Forget() => _last = "";
}
