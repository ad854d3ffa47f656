using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>What methods of the system's own libraries do with collections, and with the functions that they are given.</summary>
internal static class SystemCalls
{
    /// <summary>Whether a member is declared by the system.</summary>
    public static bool IsOfSystem(ISymbol member)
    {
        INamespaceSymbol? container = member.ContainingNamespace;
        while (container is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false })
            container = container.ContainingNamespace;
        return container is { IsGlobalNamespace: false, Name: "System" };
    }

    /// <summary>Whether a method runs the functions that it is given before it returns, or its result is used.</summary>
    public static bool RunsAtOnce(IMethodSymbol method) => IsOfSystem(method) && (RunsForEach(method) || method.Name is "Run" or "StartNew" or "Invoke");

    /// <summary>Whether a method runs a function for each element of a collection, or each number of a range.</summary>
    public static bool RunsForEach(IMethodSymbol method) =>
        IsOfSystem(method) && ((IsOfQueries(method) && method.Name != "Invoke") || method.Name is "ForEach" or "ForEachAsync" or "ConvertAll" or "TrueForAll"
            or "Exists" or "Find" or "FindAll" or "FindIndex" or "FindLast" or "RemoveAll" or "RemoveWhere");

    /// <summary>The parameter of a function that is given an element by a method that runs it for each.</summary>
    /// <param name="method">The method.</param>
    /// <param name="function">The function.</param>
    public static IParameterSymbol? ElementOf(IMethodSymbol method, IMethodSymbol function) =>
        function.Parameters.ElementAtOrDefault(method.Name == "Aggregate" ? 1 : 0);

    /// <summary>Whether a method belongs to those that query or go through collections.</summary>
    public static bool IsOfQueries(IMethodSymbol method) =>
        IsOfSystem(method) && method.ContainingType.Name is "Enumerable" or "Parallel" or "ParallelEnumerable";

    /// <summary>Whether a method gives the same elements, in the same order.</summary>
    public static bool KeepsElements(IMethodSymbol method) => IsOfSystem(method)
        && method.Name is "ConfigureAwait" or "AsTask" or "WithCancellation" or "ToList" or "ToArray" or "AsEnumerable" or "AsReadOnly" or "AsSpan"
            or "ToHashSet" or "ToImmutableArray" or "ToImmutableList" or "Cast" or "Distinct";

    /// <summary>Whether a method gives the same elements in another order.</summary>
    public static bool OrdersElements(IMethodSymbol method) => IsOfSystem(method)
        && method.Name is "AsParallel" or "Reverse" or "OrderBy" or "OrderByDescending" or "Order" or "OrderDescending" or "ThenBy" or "ThenByDescending";

    /// <summary>Whether a method gives some of the elements.</summary>
    public static bool ChoosesElements(IMethodSymbol method) => IsOfSystem(method)
        && method.Name is "Where" or "OfType" or "Take" or "Skip" or "TakeWhile" or "SkipWhile" or "TakeLast" or "SkipLast";

    /// <summary>Whether a method gives what a function makes of each element.</summary>
    public static bool ProjectsElements(IMethodSymbol method) => IsOfSystem(method) && method.Name is "Select" or "SelectMany" or "ConvertAll";

    /// <summary>Whether methods of the system's collections that have a name add elements.</summary>
    public static bool AddElements(string name) => name is "Add" or "AddRange" or "AddFirst" or "AddLast" or "Insert" or "InsertRange" or "TryAdd"
        or "Push" or "PushRange" or "Enqueue";

    /// <summary>Whether a method takes an element out of a collection, or looks for one in it.</summary>
    public static bool TakesElement(IMethodSymbol method) => IsOfSystem(method) && !method.IsStatic
        && method.Name is "Dequeue" or "Pop" or "Peek" or "Take" or "Find" or "FindLast"
            or "TryDequeue" or "TryPop" or "TryPeek" or "TryTake";

    /// <summary>Whether a method takes an element out of a collection, so that it gives another one the next time.</summary>
    public static bool RemovesElement(IMethodSymbol method) => IsOfSystem(method) && !method.IsStatic
        && method.Name is "Dequeue" or "Pop" or "Take" or "TryDequeue" or "TryPop" or "TryTake";

    /// <summary>Whether elements can stand at other indexes behind a call of a method: of the collection that it belongs to, or that it is given.</summary>
    public static bool MovesElements(IMethodSymbol method) => IsOfSystem(method) && !IsOfQueries(method)
        && method.Name is "Insert" or "InsertRange" or "RemoveAt" or "Remove" or "RemoveAll" or "RemoveRange" or "RemoveFirst" or "RemoveLast"
            or "RemoveWhere" or "TryRemove" or "AddFirst" or "AddBefore" or "Sort" or "Reverse" or "Clear" or "Fill" or "Copy" or "CopyTo" or "TryCopyTo"
            or "Shuffle" or "Dequeue" or "TryDequeue" or "Pop" or "TryPop" or "Push" or "Take" or "TryTake" or "SetValue" or "TryUpdate" or "AddOrUpdate";

    /// <summary>Whether a method gives a sequence that makes its elements when it is gone through, and again each time.</summary>
    public static bool IsDeferred(IMethodSymbol method) =>
        method.ReturnType is { TypeKind: TypeKind.Interface } && method.ContainingType.Name is "Enumerable" or "ParallelEnumerable" or "AsyncEnumerable"
            && IsOfSystem(method);

    /// <summary>Whether a type is that of dictionaries, whose elements have keys.</summary>
    public static bool IsDictionary(ITypeSymbol? type) => type is INamedTypeSymbol named
        && named.AllInterfaces.Append(named).Any(part => part.Name is "IDictionary" or "IReadOnlyDictionary" && IsOfSystem(part));

    /// <summary>Whether a property gives the elements of a dictionary, or of a pair of one its element.</summary>
    public static bool GivesElements(IPropertySymbol property) => IsOfSystem(property)
        && (property is { Name: "Value", ContainingType.Name: "KeyValuePair" } || (property.Name == "Values" && IsDictionary(property.ContainingType)));

    /// <summary>Whether a method leaves what it is given by reference as it is.</summary>
    public static bool OnlyReads(IMethodSymbol method) => method is { Name: "Read", ContainingType.Name: "Volatile" or "Interlocked" } && IsOfSystem(method);

    /// <summary>Whether a method gives a variable another value at once, and gives the value before.</summary>
    public static bool Exchanges(IMethodSymbol method) =>
        method is { Name: "Exchange" or "CompareExchange", ContainingType.Name: "Interlocked" } && IsOfSystem(method);

    /// <summary>Whether a method tells that it has put something into a collection, or taken it out, which it does only once.</summary>
    public static bool SucceedsOnce(IMethodSymbol method) => !method.IsStatic && method.ReturnType.SpecialType == SpecialType.System_Boolean
        && method.Name is "Add" or "TryAdd" or "Remove" or "TryRemove" && IsOfSystem(method);

    /// <summary>Whether a method counts in a variable, and gives what it has counted to.</summary>
    public static bool Counts(IMethodSymbol method) =>
        method is { Name: "Increment" or "Decrement", ContainingType.Name: "Interlocked" } && IsOfSystem(method);

    /// <summary>Whether a method gives one of the elements.</summary>
    public static bool ChoosesElement(IMethodSymbol method) => IsOfQueries(method)
        && method.Name is "First" or "Single" or "FirstOrDefault" or "SingleOrDefault" or "Last" or "LastOrDefault" or "ElementAt";
}
