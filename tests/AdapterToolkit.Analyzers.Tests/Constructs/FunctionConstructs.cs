namespace AdapterToolkit.Analyzers.Tests.Constructs;

/// <summary>Lambdas, local functions, iterators, delegates and queries.</summary>
internal static class FunctionConstructs
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Construct> All { get; } =
    [
        new("a lambda", "Func<V, V> same = value => value; V r = same(v);"),
        new("a lambda with statements", "Func<V, int, V> same = (value, number) => { if (number > 3) return value; return value; }; V r = same(v, n);"),
        new("a lambda that captures", "Func<V> same = () => v; V r = same();"),
        new("a static lambda", "Func<V, V> same = static (V value) => value; V r = same(v);"),
        new("a lambda of a type of its own", "var same = (V value, int number = 3) => value; V r = same(v);"),
        new("a lambda with modifiers", "Take same = (ref value, scoped in number, out result) => result = value; V some = v; same(ref some, n, out V r);",
            "delegate void Take(ref V value, scoped in int number, out V result);"),
        new("a lambda with params", "var same = (params V[] many) => many[0]; V r = same(v, v);"),
        new("a lambda with attributes", "var same = [return: System.Diagnostics.CodeAnalysis.NotNull] (V value) => value; V r = same(v);"),
        new("a lambda with a return type", "var same = V (V value) => value; V r = same(v);"),
        new("a lambda with discards", "Func<int, int, V> same = (_, _) => v; V r = same(1, 2);"),
        new("a lambda that makes one", "Func<V, Func<V>> same = value => () => value; V r = same(v)();"),
        new("an async lambda", "Func<V, Task<V>> same = async value => { await Task.Yield(); return value; }; V r = same(v).Result;"),
        new("an anonymous method", "Func<V, V> same = delegate (V value) { return value; }; V r = same(v);"),
        Construct.Beside("an anonymous method without parameters", "Action<int, V> none = delegate { }; none(n, v);"),
        new("a method group", "Func<V, V> same = Same; V r = same(v); static V Same(V value) => value;"),
        new("an invoked delegate", "Func<V, V> same = value => value; V r = same.Invoke(v);"),
        new("a lambda that assigns", "V r = null!; Action keep = () => r = v; keep();"),
        Construct.Beside("an expression tree", "System.Linq.Expressions.Expression<Func<int, int>> tree = number => number + n; n = tree.Compile()(2);"),
        new("a local function", "V r = Same(v); V Same(V value) => value;"),
        new("a local function that captures", "V r = Same(); V Same() { return v; }"),
        new("a static local function", "V r = Same(v, 1); static V Same(V value, int number = 2) => number > 3 ? value : value;"),
        new("a generic local function", "V r = Same(v); T Same<T>(T value) where T : class => value;"),
        new("a recursive local function", "V r = Down(v, n); static V Down(V value, int depth) => depth > 0 ? Down(value, depth - 1) : value;"),
        new("local functions that call each other",
            "V r = Even(v, n); V Even(V value, int depth) => depth > 0 ? Odd(value, depth - 1) : value; V Odd(V value, int depth) => Even(value, depth);"),
        new("an iterator", "V r = Each().First(); IEnumerable<V> Each() { if (flag) yield break; yield return v; try { yield return v; } finally { n++; } }"),
        new("an enumerator", "IEnumerator<V> all = Each(); all.MoveNext(); V r = all.Current; IEnumerator<V> Each() { yield return v; }"),
        new("an async iterator", """
            V r = null!; Run().Wait(); async Task Run() { await foreach (V item in Each()) r = item; } async IAsyncEnumerable<V> Each() {
            await Task.Yield(); yield return v; }
            """),
        new("a local function with attributes",
            "V r = Same(v); [System.Diagnostics.DebuggerHidden] V Same([System.Diagnostics.CodeAnalysis.NotNull] V value) => value;"),
        Construct.Beside("an extern local function", "if (n < -5) n = Missing(); static extern int Missing();"),
        new("a query", "V[] many = [v]; V r = (from item in many where item is not null select item).First();"),
        new("a query with let and order", "V[] many = [v]; V r = (from item in many let number = n orderby number descending, number select item).First();"),
        new("a query of two sources", "V[] many = [v]; int[] numbers = [1]; V r = (from number in numbers from item in many select item).First();"),
        new("a query with join",
            "V[] many = [v]; int[] numbers = [1]; V r = (from item in many join number in numbers on n equals number select item).First();"),
        new("a query with join into",
            "V[] many = [v]; int[] numbers = [1]; V r = (from item in many join number in numbers on n equals number into some select item).First();"),
        new("a query with group", "V[] many = [v]; V r = (from item in many group item by n into some select some).First().First();"),
        Construct.Beside("a query of objects", "object[] many = [n]; n += (from int item in many select item).First();"),
        new("LINQ", "V[] many = [v]; V r = many.Select(item => item).Where((item, i) => i >= 0).OrderBy(item => n).ToList()[0];"),
        new("a delegate of one's own", "Same same = value => value; V r = same(v);", "delegate V Same(V value);"),
        new("Lazy", "Lazy<V> later = new(() => v); V r = later.Value;"),
        new("delegates put together", "V r = null!; Action keep = () => n++; keep += () => r = v; keep -= () => { }; keep();"),
    ];
}
