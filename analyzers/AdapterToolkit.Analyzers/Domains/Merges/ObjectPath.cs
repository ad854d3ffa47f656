using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>
/// The path of an object: where it starts, as at a variable, <c>this</c> or the place where the object is made, and the members and elements that lead on.
/// Two paths of the same symbols lead to the same object.
/// </summary>
internal sealed class ObjectPath : IEquatable<ObjectPath>
{
    /// <summary>How many steps a path has at most; one that is longer belongs to a structure that refers to itself.</summary>
    private const int MostSteps = 12;

    private readonly PathStep _step;
    private readonly int _hash;
    private readonly bool _hasIndex;

    private ObjectPath(ObjectPath? holder, PathStep step, INamedTypeSymbol? type = null)
    {
        Holder = holder;
        Type = type;
        Length = (holder?.Length ?? 0) + 1;
        _step = step;
        _hasIndex = step.Kind == PathStepKind.AtVariable || holder?._hasIndex == true;
        _hash = ((holder?._hash ?? 0) * 31) + step.GetHashCode();
    }

    /// <summary>The object whose method is looked at first.</summary>
    public static ObjectPath This { get; } = new(null, new PathStep(PathStepKind.This));

    /// <summary>The path of the object that holds this one; null for a start.</summary>
    public ObjectPath? Holder { get; }

    /// <summary>How the path ends.</summary>
    public PathStepKind Kind => _step.Kind;

    /// <summary>The variable or member that the path ends with.</summary>
    public ISymbol? Symbol => _step.Symbol;

    /// <summary>The class of an object that is made; null where a derived one is possible.</summary>
    public INamedTypeSymbol? Type { get; }

    /// <summary>How many steps it has.</summary>
    public int Length { get; }

    /// <summary>Whether the path is a variable's, and no member's.</summary>
    public bool IsVariable => Kind == PathStepKind.Variable;

    /// <summary>The constant index or key that the path ends with.</summary>
    public object? Key => _step.Key;

    /// <summary>Where in the program the object is made, or the loop or query stands.</summary>
    public SyntaxNode? Place => _step.Place;

    /// <summary>Where the path starts.</summary>
    public ObjectPath Root => Holder is null ? this : Holder.Root;

    /// <summary>What a local variable or a parameter holds.</summary>
    public static ObjectPath Of(ISymbol variable) => new(null, new PathStep(PathStepKind.Variable, variable.OriginalDefinition));

    /// <summary>What a static member holds.</summary>
    public static ObjectPath OfStatic(ISymbol member) => new(null, new PathStep(PathStepKind.Member, member.OriginalDefinition));

    /// <summary>What a captured expression gave.</summary>
    /// <param name="body">The body in which it was captured.</param>
    /// <param name="capture">Its number.</param>
    public static ObjectPath Of(ControlFlowGraph body, CaptureId capture)
    {
        while (body.Parent is { } outer)
            body = outer;
        return new ObjectPath(null, new PathStep(PathStepKind.Variable, key: (body, capture)));
    }

    /// <summary>One of the objects that a variable was given.</summary>
    /// <param name="variable">The variable.</param>
    public static ObjectPath JoinedOf(ObjectPath variable) => new(null, new PathStep(PathStepKind.Joined, key: variable));

    /// <summary>An object that is made, or was not seen before.</summary>
    /// <param name="place">Where it is made.</param>
    /// <param name="type">Its class, where that is known.</param>
    public static ObjectPath Made(SyntaxNode place, INamedTypeSymbol? type = null) => new(null, new PathStep(PathStepKind.Made, place: place), type);

    /// <summary>A sequence that makes its elements anew each time it is gone through.</summary>
    /// <param name="place">Where it is made.</param>
    public static ObjectPath Deferred(SyntaxNode place) => new(null, new PathStep(PathStepKind.Deferred, place: place));

    /// <summary>What a field or property of the object holds; null where the path were too long.</summary>
    public ObjectPath? Member(ISymbol member) => To(new PathStep(PathStepKind.Member, member.OriginalDefinition));

    /// <summary>The element at a constant.</summary>
    public ObjectPath? At(object constant) => To(new PathStep(PathStepKind.At, key: constant));

    /// <summary>The element at what a variable holds.</summary>
    public ObjectPath? At(ISymbol variable) => To(new PathStep(PathStepKind.AtVariable, variable.OriginalDefinition));

    /// <summary>The elements of the object.</summary>
    public ObjectPath? Elements() => Kind == PathStepKind.Elements ? this : To(new PathStep(PathStepKind.Elements));

    /// <summary>The element that a loop or a function takes in turn.</summary>
    /// <param name="place">The loop or function; null for any.</param>
    public ObjectPath? Iteration(SyntaxNode? place = null) => To(new PathStep(PathStepKind.Iteration, place: place));

    /// <summary>Those elements of the object that a query chooses.</summary>
    /// <param name="place">The query.</param>
    public ObjectPath? Selected(SyntaxNode place) => To(new PathStep(PathStepKind.Selected, place: place));

    /// <summary>The element that a call takes out of the object.</summary>
    /// <param name="place">The call; null for any that was taken before.</param>
    public ObjectPath? Taken(SyntaxNode? place = null) => To(new PathStep(PathStepKind.Taken, place: place));

    /// <summary>Whether it is of some elements of a collection, of which it is not known which they are.</summary>
    public bool IsOfSome => SelfAndHolders().Any(path => path is { Kind: PathStepKind.Iteration or PathStepKind.Taken, Place: null });

    /// <summary>The path itself, and those of what holds its object.</summary>
    public IEnumerable<ObjectPath> SelfAndHolders()
    {
        for (ObjectPath? path = this; path is not null; path = path.Holder)
            yield return path;
    }

    /// <summary>Whether the object is another one, or a part of it.</summary>
    public bool IsOrIsWithin(ObjectPath other)
    {
        ObjectPath? path = this;
        while (path is not null && path.Length > other.Length)
            path = path.Holder;
        return other.Equals(path);
    }

    /// <summary>The path behind another start: what lies at <paramref name="from"/> is found at <paramref name="to"/>.</summary>
    public ObjectPath Moved(ObjectPath from, ObjectPath to) =>
        Equals(from) ? to
            : Holder is null || (Holder.Moved(from, to) is var holder && ReferenceEquals(holder, Holder)) ? this
            : new ObjectPath(holder, _step);

    /// <summary>Whether an element in the path is at what a variable holds.</summary>
    public bool IsAt(ISymbol variable) =>
        _hasIndex && SelfAndHolders().Any(path =>
            path.Kind == PathStepKind.AtVariable && SymbolEqualityComparer.Default.Equals(path.Symbol, variable.OriginalDefinition));

    /// <summary>
    /// Whether two objects may have a part in common: one is the other, or a part of it. Elements that two loops take from the same sequence are taken for the
    /// same one, and those that a query chooses for all, but not for those that another one chooses.
    /// </summary>
    public static bool Overlap(ObjectPath left, ObjectPath right)
    {
        ObjectPath[] a = [.. left.SelfAndHolders().Reverse()], b = [.. right.SelfAndHolders().Reverse()];
        int i = 0, j = 0;
        while (i < a.Length && j < b.Length)
        {
            if (a[i]._step.Equals(b[j]._step) || (a[i].Kind == PathStepKind.Iteration && b[j].Kind == PathStepKind.Iteration))
            {
                i++;
                j++;
            }
            else if (a[i].Kind == PathStepKind.Selected && b[j].Kind is not (PathStepKind.Selected or PathStepKind.Taken))
            {
                i++;
            }
            else if (b[j].Kind == PathStepKind.Selected && a[i].Kind is not (PathStepKind.Selected or PathStepKind.Taken))
            {
                j++;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether two objects may have a part in common if all elements of a collection are taken for the same one.</summary>
    public static bool OverlapInSome(ObjectPath left, ObjectPath right) =>
        WithoutElements(left).Zip(WithoutElements(right), (one, other) => one._step.Equals(other._step)).All(isSame => isSame);

    /// <inheritdoc/>
    public bool Equals(ObjectPath? other) =>
        ReferenceEquals(this, other)
            || (other is not null && _hash == other._hash && Length == other.Length && _step.Equals(other._step) && Equals(Holder, other.Holder));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ObjectPath);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    private static IEnumerable<ObjectPath> WithoutElements(ObjectPath path) => path.SelfAndHolders().Reverse()
        .Where(step => step.Kind is not (PathStepKind.At or PathStepKind.AtVariable or PathStepKind.Elements or PathStepKind.Iteration
            or PathStepKind.Selected or PathStepKind.Taken));

    private ObjectPath? To(PathStep step) => Length < MostSteps && Kind != PathStepKind.Deferred ? new ObjectPath(this, step) : null;
}
