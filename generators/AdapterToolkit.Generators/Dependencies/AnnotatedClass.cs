using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Dependencies;

/// <summary>
/// An annotated class that is to be read. One that was read in an earlier run equals it where it means the same, so that the
/// compiler goes on with that one, and nothing is read again. Once it was read it lets go of its compilation.
/// </summary>
/// <typeparam name="T">What describes the class.</typeparam>
internal sealed class AnnotatedClass<T> : IEquatable<AnnotatedClass<T>>
    where T : class
{
    private readonly ClassPart[] _parts;
    private DeclarationIndex? _index;
    private Func<CancellationToken, T?>? _read;
    private ClassDependencies? _dependencies;
    private T? _spec;

    /// <summary>Takes a class.</summary>
    /// <param name="parts">The declarations whose code is read.</param>
    /// <param name="compilation">Their compilation.</param>
    /// <param name="read">Reads it; gives null where nothing is to be emitted for it.</param>
    public AnnotatedClass(ClassPart[] parts, Compilation compilation, Func<CancellationToken, T?> read)
    {
        _parts = parts;
        _index = DeclarationIndex.Of(compilation);
        _read = read;
    }

    /// <summary>Reads the class, the first time that it is called.</summary>
    public T? Read(CancellationToken cancellation)
    {
        if (_read is { } read && _index is { } index)
        {
            ClassDependencies dependencies = new(_parts, index, cancellation);
            _spec = read(cancellation);
            _dependencies = dependencies;
            _read = null;
            _index = null;
        }

        return _spec;
    }

    public bool Equals(AnnotatedClass<T>? other) => other is not null && (ReferenceEquals(this, other) || StandsFor(other) || other.StandsFor(this));

    public override bool Equals(object? obj) => Equals(obj as AnnotatedClass<T>);

    /// <summary>Classes that mean the same have as many parts.</summary>
    public override int GetHashCode() => _parts.Length;

    private bool StandsFor(AnnotatedClass<T> unread) => unread._index is { } index && _dependencies?.Hold(unread._parts, index) == true;
}
