namespace AdapterToolkit.Analyzers.Tests.Constructs;

/// <summary>Statements.</summary>
internal static class StatementConstructs
{
    private const string Scope = """
        class Scope(V value) : IDisposable, IAsyncDisposable
        {
            public V Value => value;
            public void Dispose() { }
            public ValueTask DisposeAsync() => default;
        }
        """;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Construct> All { get; } =
    [
        new("a lock", "V r; object gate = new(); lock (gate) { r = v; }"),
        new("a lock of a Lock", "V r; System.Threading.Lock gate = new(); lock (gate) { r = v; }"),
        new("a block", "V r; { V inner = v; r = inner; ; }"),
        new("several variables", "V first = v, r = first;"),
        new("a constant", "const int Size = 3; V r = Size > 2 ? v : null!;"),
        new("if and else", "V r; if (flag) r = v; else if (n > 3) { r = v; } else throw new InvalidOperationException();"),
        new("a switch", """
            V r;
            switch (n)
            {
                case 1: r = v; break;
                case 2: goto case 1;
                case > 5 and < 9 when flag: goto default;
                case var large when large > 20: r = v; break;
                case -1: throw new InvalidOperationException();
                default: r = v; break;
            }
            """),
        new("a switch over types",
            "V r = null!; object held = v; switch (held) { case string text: n = text.Length; break; case V some: r = some; break; case null: break; }"),
        new("a switch over a string",
            "V r; switch (n.ToString()) { case \"a\" or \"b\": r = v; break; case { Length: 3 }: r = v; break; default: r = v; break; }"),
        new("while", "V r = null!; while (n-- > 0) { if (n == 3) continue; r = v; if (flag) break; }"),
        new("do", "V r; do { r = v; } while (n++ < 3);"),
        new("for", "V r = null!; for (int i = 0, j = 9; i < j; i++, j--) r = v;"),
        new("for without an end", "V r; for (; ; ) { r = v; if (flag) break; }"),
        new("foreach over an array", "V r = null!; foreach (V item in new[] { v }) r = item;"),
        new("foreach over a list", "V r = null!; foreach (var item in new List<V> { v }) { r = item; }"),
        new("foreach over a sequence", "V r = null!; IEnumerable<V> all = [v]; foreach (V item in all.Skip(0)) r = item;"),
        new("foreach over a span", "V r = null!; foreach (V item in new Span<V>([v])) r = item;"),
        new("foreach by reference", "V r = null!; Span<V> all = new V[] { v }; foreach (ref readonly V item in all) r = item;"),
        new("foreach that deconstructs a pair", "V r = null!; foreach (var (key, value) in new Dictionary<int, V> { [1] = v }) r = value;"),
        new("foreach that deconstructs a tuple", "V r = null!; foreach ((int _, V item) in new[] { (1, v) }) r = item;"),
        new("foreach with an enumerator of its own", "V r = null!; foreach (V item in new Bag(v)) r = item;", """
            class Bag(V value)
            {
                public Enumerator GetEnumerator() => new(value);
                public ref struct Enumerator(V value)
                {
                    private bool _moved;
                    public V Current => value;
                    public bool MoveNext() => !_moved && (_moved = true);
                    public void Dispose() { }
                }
            }
            """),
        new("foreach with an enumerator of an extension", "V r = null!; foreach (V item in new Bag(v)) r = item;", """
            class Bag(V value) { public V Value => value; }
            static class Bags { public static IEnumerator<V> GetEnumerator(this Bag bag) { yield return bag.Value; } }
            """),
        new("foreach over objects", "V r = null!; foreach (V item in new System.Collections.ArrayList { v }) r = item;"),
        Construct.Beside("foreach over a string", "foreach (char letter in \"abc\") n += letter;"),
        new("await foreach", """
            V r = null!;
            async Task Run() { await foreach (V item in Each()) r = item; }
            async IAsyncEnumerable<V> Each() { await Task.Yield(); yield return v; }
            Run().Wait();
            """),
        new("await foreach that is cancelled", """
            V r = null!;
            async Task Run() { await foreach (V item in Each(default).ConfigureAwait(false)) r = item; }
            async IAsyncEnumerable<V> Each([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
            {
                await Task.Delay(1, cancellation);
                yield return v;
            }
            Run().Wait();
            """),
        new("using", "V r; using (new Scope(v)) { r = v; }", Scope),
        new("using of a variable", "V r; using (Scope scope = new(v), other = new(v)) r = scope.Value;", Scope),
        new("using as a declaration", "using Scope scope = new(v); V r = scope.Value;", Scope),
        new("using of a ref struct",
            "V r; using (Held held = new(v)) r = held.Value;",
            "ref struct Held(V value) { public V Value = value; public void Dispose() { } }"),
        new("using of null", "V r; using (Scope? none = flag ? null : new Scope(v)) r = v;", Scope),
        new("await using", "async Task<V> Run() { await using (new Scope(v)) return v; } V r = Run().Result;", Scope),
        new("await using as a declaration", "async Task<V> Run() { await using Scope scope = new(v); return scope.Value; } V r = Run().Result;", Scope),
        new("checked and unchecked", "V r; checked { n++; unchecked { n = -n; r = v; } }"),
        new("unsafe and fixed", """
            V r;
            unsafe
            {
                int[] many = [1, 2];
                fixed (int* first = many, second = &many[1]) { *first = first[1] + (int)(second - first); r = v; }
                fixed (char* letters = "abc") n = *letters;
            }
            """),
        new("fixed by a pattern", "V r; unsafe { fixed (byte* first = \"abc\"u8) { n = *first; r = v; } }"),
        new("goto", "V r; again: r = v; if (n-- > 0) goto again;"),
        new("try, catch and finally", """
            V r;
            try { r = v; }
            catch (InvalidOperationException e) when (e.Message.Length > n) { throw; }
            catch (ArgumentException) { r = v; }
            catch { r = v; }
            finally { n++; }
            """),
        new("try in finally", "V r = null!; try { n++; } finally { try { r = v; } catch (Exception e) { n = e.HResult; } }"),
        new("a catch that assigns", "V r = null!; try { n = int.Parse(\"1\"); r = v; } catch (FormatException) { r = v; }"),
        new("nested functions", "V r; { V Inner() { V Deeper() => v; return Deeper(); } r = Inner(); }"),
        new("ref local", "V held = v; ref V place = ref held; V r = place;"),
        new("ref local that is written", "V r = null!; ref V place = ref r; place = v;"),
        new("scoped ref local", "V held = v; scoped ref readonly V place = ref held; V r = place;"),
        new("discards", "_ = v; (_, V r) = (n, v); if (int.TryParse(\"3\", out _)) n++;"),
        new("deconstruction", "(V r, int other) = (v, n); n = other;"),
        new("deconstruction by a method", "var (r, other) = new Pair(v, 3); n = other;", """
            class Pair(V value, int number) { public void Deconstruct(out V first, out int second) { first = value; second = number; } }
            """),
        new("deconstruction of a record", "(V r, var other) = new Pair(v, 3); n = other;", "record Pair(V First, int Second);"),
        new("nested deconstruction", "((V r, _), int other) = ((v, n), n); n = other;"),
        new("swap", "V r = null!; (r, v) = (v, r);"),
        new("out variable", "Give(v, out V r); static void Give(V value, out V result) => result = value;"),
    ];
}
