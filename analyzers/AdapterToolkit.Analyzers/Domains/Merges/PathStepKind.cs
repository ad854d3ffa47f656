namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>How one step of a path leads from an object to the next; the first four, and the last, start a path.</summary>
internal enum PathStepKind
{
    /// <summary>The object whose method is looked at first.</summary>
    This,

    /// <summary>What a local variable or parameter held when it was first seen, or a captured expression gave.</summary>
    Variable,

    /// <summary>What a variable holds that was given one object or another.</summary>
    Joined,

    /// <summary>An object that is made, or was not seen before, at one place of the program.</summary>
    Made,

    /// <summary>What a field or property holds; of a static one, a start too.</summary>
    Member,

    /// <summary>The element at an index or key that is a constant.</summary>
    At,

    /// <summary>The element at an index or key that is a variable.</summary>
    AtVariable,

    /// <summary>The elements of a sequence.</summary>
    Elements,

    /// <summary>One of the elements, which a loop or a function takes in turn.</summary>
    Iteration,

    /// <summary>Those elements that a query chooses.</summary>
    Selected,

    /// <summary>An element that a call takes out of a collection: another one each time.</summary>
    Taken,

    /// <summary>A sequence that makes its elements anew each time it is gone through: a start of no path but its own.</summary>
    Deferred,
}
