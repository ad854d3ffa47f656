namespace AdapterToolkit.Analyzers.Tests.Constructs;

/// <summary>Expressions that are neither functions nor patterns.</summary>
internal static class ExpressionConstructs
{
    private const string Box = "class Box { public V Value = null!; public V Other { get; set; } = null!; public Box? Next; }";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Construct> All { get; } =
    [
        new("a conditional", "V r = flag ? v : v;"),
        new("a conditional by reference", "V other = v; ref V place = ref (flag ? ref v : ref other); V r = place;"),
        new("?? and ??=", "V? none = null; V? some = none ?? v; V? r0 = null; r0 ??= some; V r = r0;"),
        new("?? throw", "V r = v ?? throw new InvalidOperationException();"),
        new("?.", "Box? box = new Box { Value = v }; V r = box?.Value!;", Box),
        new("?. twice", "Box? box = new Box { Next = new Box { Value = v } }; V r = box?.Next?.Value!;", Box),
        new("?[]", "V[]? many = [v]; V r = many?[0]!;"),
        new("an assignment behind ?.", "Box? box = new Box(); box?.Value = v; V r = box!.Value;", Box),
        new("a compound assignment behind ?.", "Box? box = new Box(); box?.Value ??= v; V r = box!.Value;", Box),
        new("!", "V? some = v; V r = some!;"),
        new("a cast", "object some = v; V r = (V)some;"),
        new("as", "object some = v; V r = (some as V)!;"),
        new("parentheses", "V r = ((v));"),
        new("a chain of assignments", "V r, first; r = first = v;"),
        new("default", "V r = default!; r = v; int zero = default(int); n += zero;"),
        Construct.Beside("typeof, sizeof and nameof", """
            n += sizeof(int) + nameof(List<>.Count).Length + nameof(v).Length; Type type = typeof(Dictionary<,>);
            unsafe { n += sizeof(nint) + sizeof(Guid); }
            """),
        Construct.Beside("arithmetic", """
            n = n + 1 - 2 * 3 / 4 % 5; n = n << 1 >> 2 >>> 3; n = n & 1 | 2 ^ 3; n = ~n + -n + +n;
            n += 1; n -= 1; n *= 2; n /= 2; n %= 7; n <<= 1; n >>= 1; n >>>= 1; n &= 7; n |= 1; n ^= 3;
            n++; n--; ++n; --n; int c = checked(n * 2) + unchecked(n * 3); n = c;
            flag = n == 1 || n != 2 && n < 3 | n <= 4 & n > 5 ^ n >= 6; flag = !flag; flag &= true; flag |= false;
            int? some = n; some += 1; bool? three = some > 2 ? null : true; flag = three & flag ?? false;
            nint native = n; nuint unsigned = (nuint)native; native += (nint)unsigned; double d = 1.5e3; decimal m = 2m; d += (double)m; long l = 3L; l++;
            string text = "a" + n + 'c' + null; text += text;
            """),
        Construct.Beside("strings", """"
            string text = $"{n,5:x} {{}} {flag}" + @"a\b" + $@"{n}" + """ raw """ + $$""" {{n}} """; n += text.Length + 'c';
            ReadOnlySpan<byte> bytes = "abc"u8; n += bytes.Length;
            """"),
        Construct.Beside("an interpolated string handler", "Log.Write(flag, $\"{n} of {v}\"); Log.Write(flag, $\"{n,3}\" + $\"{n:x}\");", """
            static class Log { public static void Write(bool on, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("on")] Handler text) { } }
            [System.Runtime.CompilerServices.InterpolatedStringHandler]
            ref struct Handler
            {
                public Handler(int literal, int holes, bool on, out bool goesOn) => goesOn = on;
                public bool AppendLiteral(string text) => true;
                public bool AppendFormatted<T>(T value) => true;
                public bool AppendFormatted<T>(T value, int alignment) => true;
                public bool AppendFormatted<T>(T value, string format) => true;
            }
            """),
        Construct.Beside("a format of its own", "FormattableString text = $\"{n} {v}\"; n += text.ArgumentCount;"),
        new("a tuple", "(int Number, V Value) pair = (n, v); V r = pair.Value;"),
        new("a tuple without names", "var pair = (n, v); V r = pair.Item2;"),
        new("a tuple of nine", "var many = (1, 2, 3, 4, 5, 6, 7, 8, v); V r = many.Item9;"),
        Construct.Beside("tuples compared", "flag = (n, 1) == (2, n) || (n, flag) != (3, true);"),
        new("a switch expression",
            "V r = n switch { 1 => v, > 3 and < 7 => v, _ when flag => v, var other => other > 9 ? v : throw new InvalidOperationException() };"),
        new("a switch expression over a tuple", "V r = (n, flag) switch { (1, true) => v, (_, false) => v, _ => v };"),
        new("a record with",
            "Held first = new(null!, 1); Held second = first with { Value = v, Number = 2 }; V r = second.Value;",
            "record Held(V Value, int Number);"),
        new("a struct with",
            "Held first = new() { Value = v }; Held second = first with { Number = 2 }; V r = second.Value;",
            "struct Held { public V Value; public int Number; }"),
        new("an anonymous object", "var held = new { Value = v, n }; V r = held.Value;"),
        new("an anonymous object with", "var held = new { Value = (V)null!, n }; var other = held with { Value = v }; V r = other.Value;"),
        new("an index from the end", "V[] many = [v]; V r = many[^1];"),
        new("a range", "V[] many = [v, v]; V[] some = many[1..]; Range all = ..; Index last = ^1; V r = some[last];"),
        new("a range of a span", "Span<V> many = new V[] { v, v }; V r = many[..1][0];"),
        new("an array", "V[] many = new V[2]; many[0] = v; V r = many[0];"),
        new("an array of arrays", "V[][] many = [[v], [v]]; V r = many[0][1];"),
        new("an array of two dimensions", "V[,] many = new V[1, 1] { { v } }; V r = many[0, 0];"),
        new("an implicit array", "var many = new[] { v, null! }; V r = many[0];"),
        new("an array's initializer", "V[] many = { v }; V r = many[0];"),
        new("a covariant array", "object[] many = new V[] { v }; V r = (V)many[0];"),
        new("a collection expression", "List<V> many = [v]; V r = many[0];"),
        new("a spread", "V[] first = [v]; List<V> many = [.. first, .. first]; V r = many[1];"),
        new("a collection expression of spans", "ReadOnlySpan<V> many = [v, v]; V r = many[1];"),
        new("a collection expression of an interface", "IReadOnlyList<V> many = [v]; V r = many[0];"),
        new("a collection expression with a builder", "Bag bag = [v]; V r = bag.First;", """
            [System.Runtime.CompilerServices.CollectionBuilder(typeof(Bags), nameof(Bags.Make))]
            class Bag(V first) : IEnumerable<V>
            {
                public V First => first;
                public IEnumerator<V> GetEnumerator() { yield return first; }
                System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
            }
            static class Bags { public static Bag Make(ReadOnlySpan<V> values) => new(values[0]); }
            """),
        new("a list", "var many = new List<V>(); many.Add(v); V r = many[0];"),
        new("a collection's initializer", "var many = new List<V> { v, v }; V r = many[1];"),
        new("a dictionary's initializer", "var many = new Dictionary<string, V> { [\"a\"] = v, [\"b\"] = v }; V r = many[\"a\"];"),
        new("a dictionary of pairs", "var many = new Dictionary<string, V> { { \"a\", v } }; V r = many.Values.First();"),
        new("a queue", "var many = new Queue<V>(); many.Enqueue(v); V r = many.Dequeue();"),
        new("an object's initializer", "Box box = new() { Value = v, Next = { } }; V r = box.Value;", Box),
        new("a nested initializer", "Outer outer = new() { Inner = { Value = v }, Many = { v } }; V r = outer.Inner.Value;",
            Box + " class Outer { public Box Inner { get; } = new(); public List<V> Many { get; } = []; }"),
        new("a member that is set", "Box box = new(); box.Other = v; V r = box.Other;", Box),
        new("target-typed new", "Box box = new() { Value = v }; V r = box.Value;", Box),
        Construct.Beside("stackalloc", """
            Span<int> few = stackalloc int[3]; Span<int> more = stackalloc[] { 1, 2 }; Span<byte> named = stackalloc byte[2] { 1, 2 }; unsafe {
            int* raw = stackalloc int[2]; n = raw[0]; } n += few[0] + more[^1] + named[0];
            """),
        Construct.Beside("pointers", """
            unsafe
            {
                int local = 3; int* first = &local; int** twice = &first; **twice = 4; n = *first + first[0];
                Point point = new(); Point* place = &point; place->X = 2; (*place).X++; void* any = place; n += (int)(nint)any;
            }
            """, "struct Point { public int X; }"),
        Construct.Beside("a function pointer", """
            unsafe
            {
                delegate*<int, int> twice = &Twice; n = twice(n); delegate* unmanaged[Cdecl, SuppressGCTransition]<int, void> none = null;
                delegate* managed<ref int, void> other = null; flag = none == null && other == null;
            }
            static int Twice(int number) => number * 2;
            """),
        new("a function pointer to a function of a tensor", "V r; unsafe { delegate*<V, V> same = &Same; r = same(v); } static V Same(V value) => value;"),
        Construct.Beside("typed references",
            "TypedReference place = __makeref(n); __refvalue(place, int) = 3; Type type = __reftype(place); flag = type == typeof(int);"),
        Construct.Beside("arguments without types", "n = Any.Count(__arglist(1, 2));", "static class Any { public static int Count(__arglist) => 0; }"),
        new("dynamic", "dynamic some = v; some.Missing(n); n = some[0]; dynamic made = new Bag(some); made.Value = some; V r = v;",
            "class Bag(object value) { public object Value = value; }"),
        new("dynamic that hands on", "dynamic some = v; V r = some;"),
        new("await", "async Task<V> Run() => await Task.FromResult(v); V r = Run().GetAwaiter().GetResult();"),
        new("await of a value task", "async ValueTask<V> Run() { await Task.Yield(); return v; } V r = Run().Result;"),
        new("is", "V r = null!; object some = v; if (some is V) r = (V)some;"),
        new("new of a type parameter", "V r = Make<Box>(v).Value; static T Make<T>(V value) where T : Box, new() => new T { Value = value };", Box),
        new("a named argument", "V r = Pick(second: v, first: n); static V Pick(int first, V second, string third = \"\") => second;"),
        new("params", "V r = Last(v, v); static V Last(params V[] many) => many[^1];"),
        new("params of a span", "V r = Last(v, v); static V Last(params ReadOnlySpan<V> many) => many[many.Length - 1];"),
        new("params of a sequence", "V r = Last(v, v); static V Last(params IEnumerable<V> many) => many.Last();"),
        new("ref, in and out", """
            V r = null!; Give(ref v, in n, out V other); r = other;
            static void Give(ref V value, in int number, out V result) { result = value; value = result; }
            """),
        new("ref readonly", "V r = Same(in v); static ref readonly V Same(ref readonly V value) => ref value;"),
        new("a ref return", "V[] many = [v]; ref V place = ref First(many); V r = place; static ref V First(V[] some) => ref some[0];"),
        new("a generic method", "V r = Same<V>(v); static T Same<T>(T value) => value;"),
        Construct.Beside("base and this as values", "n = new Derived().Count();", """
            class Parent { public virtual int Count() => 1; }
            class Derived : Parent { public override int Count() => base.Count() + this.Twice(); private int Twice() => 2; }
            """),
    ];
}
