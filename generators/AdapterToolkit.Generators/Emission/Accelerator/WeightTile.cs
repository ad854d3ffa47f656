namespace AdapterToolkit.Generators.Emission.Accelerator;

/// <summary>
/// How a group of threads brings a tile of W into shared memory: eight summands of the tile's columns, of which every thread
/// loads its share while the tile before is multiplied.
/// </summary>
internal abstract class WeightTile
{
    /// <summary>What a thread loads at once beside its rows, for the comment.</summary>
    public virtual string BesideRows => string.Empty;

    /// <summary>Prints where the thread loads from: columns past the end are replaced by the last, their results are not written.</summary>
    public abstract void PrintSources(SourceWriter writer);

    /// <summary>Prints the declarations of what loads bring.</summary>
    public virtual void PrintDeclarations(SourceWriter writer)
    {
    }

    /// <summary>Prints the first loads, as far as they depend on the condition under which a thread loads its rows.</summary>
    public virtual void PrintFirstLoadsWithRows(SourceWriter writer)
    {
    }

    /// <summary>Prints the first loads, as far as they do not.</summary>
    public virtual void PrintFirstLoads(SourceWriter writer)
    {
    }

    /// <summary>Prints the loads of the tile that begins at a summand.</summary>
    public abstract void PrintLoads(SourceWriter writer);

    /// <summary>Prints the stores of what was loaded; names of variables begin with a prefix.</summary>
    public abstract void PrintStores(SourceWriter writer, string prefix);
}
