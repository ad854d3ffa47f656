namespace AdapterToolkit.Analyzers.Tests.Constructs;

/// <summary>Members and types.</summary>
internal static class MemberConstructs
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Construct> All { get; } =
    [
        new("a field",
            "Box box = new(); box.Value = v; V r = box.Value;",
            "class Box { public V Value = null!; public const int Size = 3; public static readonly int Count = 2; public volatile int Number; }"),
        new("a property",
            "Box box = new() { Value = v }; V r = box.Value;",
            "class Box { private V _value = null!; public V Value { get { return _value; } set { _value = value; } } }"),
        new("field in a property",
            "Box box = new() { Value = v }; V r = box.Value;",
            "class Box { public V Value { get => field; set => field = value ?? throw new ArgumentNullException(); } = null!; }"),
        new("field in a getter", "Box box = new(v); V r = box.Value;", "class Box(V given) { public V Value { get { return field ??= given; } } }"),
        new("required and init", "Box box = new() { Value = v }; V r = box.Value;", "class Box { public required V Value { get; init; } }"),
        new("a constructor",
            "Box box = new(v); V r = box.Value;",
            "class Box { public V Value { get; } public Box(V value) { Value = value; } static Box() { } ~Box() { } }"),
        new("a constructor that calls another", "Box box = new(v); V r = box.Value;", """
            class Parent { public V Value; protected Parent(V value) => Value = value; }
            class Box : Parent { public Box(V value) : this(value, 3) { } private Box(V value, int number) : base(value) { } }
            """),
        new("a primary constructor",
            "Box box = new(v); V r = box.Value;",
            "class Box(V value, int number = 3) { public V Value => value; public int Number { get; } = number; }"),
        new("a primary constructor of a base",
            "Box box = new(v); V r = box.Value;",
            "class Parent(V value) { public V Value => value; } class Box(V value) : Parent(value);"),
        new("a primary constructor of a struct", "Box box = new(v); V r = box.Value;", "readonly struct Box(V value) { public V Value { get; } = value; }"),
        new("a record", "Box box = new(v); V r = box.Value;", "record Box(V Value) { public int Number { get; init; } = 2; }"),
        new("a record struct", "Box box = new(v); V r = box.Value;", "readonly record struct Box(V Value);"),
        new("a record that derives",
            "Box box = new(v, 2); V r = box.Value;",
            "record Parent(V Value); sealed record Box(V Value, int Number) : Parent(Value);"),
        new("a struct", "Box box; box.Value = v; V r = box.Value;", "struct Box { public V Value; }"),
        new("a ref struct with a ref field",
            "Box box = new(ref v); V r = box.Place;",
            "ref struct Box(ref V place) { public ref V Place = ref place; public readonly ref readonly V Same => ref Place; }"),
        new("an inline array", "Two two = new(); two[0] = v; V r = two[0]; foreach (V item in two) r = item; Span<V> all = two; r = all[0];",
            "[System.Runtime.CompilerServices.InlineArray(2)] struct Two { private V _first; }"),
        new("an indexer",
            "Bag bag = new(); bag[1] = v; V r = bag[1];",
            "class Bag { private readonly V[] _many = new V[3]; public V this[int i] { get => _many[i]; set => _many[i] = value; } }"),
        new("an indexer by range",
            "Bag bag = new(v); V r = bag[^1]; r = bag[0..1].First;",
            """
            class Bag(V first) { public V First => first; public int Length => 1; public V this[int i] => first;
            public Bag Slice(int start, int length) => this; }
            """),
        new("an event", "V r = null!; Source source = new(); source.Made += value => r = value; source.Raise(v);", """
            class Source
            {
                public event Action<V>? Made;
                public event Action Other { add { } remove { } }
                public void Raise(V value) { Made?.Invoke(value); Other += Nothing; Other -= Nothing; }
                private void Nothing() { }
            }
            """),
        Construct.Beside("operators", """
            Number one = new(1), two = one + one; two = -two; two++; --two; two = checked(two - one); two -= one; two >>>= 1;
            flag = one < two || one == two; if (one) n++;
            int number = (int)two; Number three = number; n = number; three += two; if (one && two) n++;
            """, """
            struct Number(int value)
            {
                private readonly int _value = value;
                public static Number operator +(Number left, Number right) => new(left._value + right._value);
                public static Number operator -(Number left, Number right) => new(left._value - right._value);
                public static Number operator checked -(Number left, Number right) => new(checked(left._value - right._value));
                public static Number operator -(Number number) => new(-number._value);
                public static Number operator ++(Number number) => new(number._value + 1);
                public static Number operator --(Number number) => new(number._value - 1);
                public static Number operator >>>(Number left, int right) => new(left._value >>> right);
                public static Number operator &(Number left, Number right) => left ? right : left;
                public static bool operator <(Number left, Number right) => left._value < right._value;
                public static bool operator >(Number left, Number right) => right < left;
                public static bool operator ==(Number left, Number right) => left._value == right._value;
                public static bool operator !=(Number left, Number right) => !(left == right);
                public static bool operator true(Number number) => number._value != 0;
                public static bool operator false(Number number) => number._value == 0;
                public static explicit operator int(Number number) => number._value;
                public static explicit operator checked int(Number number) => number._value;
                public static implicit operator Number(int number) => new(number);
                public override bool Equals(object? other) => false;
                public override int GetHashCode() => 0;
            }
            """),
        new("a user-defined operator",
            "Box box = new(v); V r = (box + box).Value;",
            "class Box(V value) { public V Value => value; public static Box operator +(Box left, Box right) => new(left.Value); }"),
        new("a user-defined conversion", "Box box = v; V r = (V)box;", """
            class Box(object value)
            {
                private readonly object _value = value;
                public static implicit operator Box(V value) => new(value);
                public static explicit operator V(Box box) => (V)box._value;
            }
            """),
        new("a user-defined compound assignment", "Sum sum = new(); sum += v; sum++; V r = sum.Last;", """
            class Sum { public V Last = null!; public int Count; public void operator +=(V value) => Last = value; public void operator ++() => Count++; }
            """),
        new("a static abstract member", "V r = Make<Maker>(v); static V Make<T>(V value) where T : IMaker<T> => T.Make(value);", """
            interface IMaker<T>
                where T : IMaker<T>
            {
                static abstract V Make(V value);
                static virtual int Size => 3;
                static abstract T operator +(T left, T right);
            }
            struct Maker : IMaker<Maker> { public static V Make(V value) => value; public static Maker operator +(Maker left, Maker right) => left; }
            """),
        new("an interface with a body", "ISame same = new Plain(); V r = same.Same(v);", "interface ISame { V Same(V value) => value; } class Plain : ISame;"),
        new("an explicit implementation",
            "ISame same = new Plain(); V r = same.Same(v);",
            "interface ISame { V Same(V value); } class Plain : ISame { V ISame.Same(V value) => value; }"),
        new("an override", "Parent some = new Derived(); V r = some.Same(v);", """
            abstract class Parent { public abstract V Same(V value); public virtual V Other(V value) => value; }
            class Derived : Parent { public override V Same(V value) => value; public sealed override V Other(V value) => base.Other(value); }
            """),
        new("an extension method", "V r = v.Same();", "static class Extensions { public static V Same(this V value) => value; }"),
        new("an extension member", "V r = v.Same(); n = V.Two; r = r.Itself;", """
            static class Extensions
            {
                extension(V value) { public V Same() => value; public V Itself => value; }
                extension(V) { public static int Two => 2; }
            }
            """),
        new("a generic extension member",
            "V r = new[] { v }.Start();",
            "static class Extensions { extension<T>(T[] many) where T : class { public T Start() => many[0]; } }"),
        Construct.Beside("an extension operator", "Number one = new(), two = one + one; n = two.Value;", """
            struct Number { public int Value; }
            static class Extensions { extension(Number) { public static Number operator +(Number left, Number right) => left; } }
            """),
        new("a partial method",
            "V r = new Parts().Same(v);",
            "partial class Parts { public partial V Same(V value); partial void Nothing(); } partial class Parts { public partial V Same(V value) => value; }"),
        new("a partial property",
            "V r = new Parts { Value = v }.Value;",
            """
            partial class Parts { public partial V Value { get; set; } } partial class Parts { private V _value = null!; public partial V Value {
            get => _value; set => _value = value; } }
            """),
        new("a partial constructor",
            "V r = new Parts(v).Value;",
            """
            partial class Parts { public V Value = null!; public partial Parts(V value); } partial class Parts { public partial Parts(V value) {
            Value = value; } }
            """),
        Construct.Beside("a partial event",
            "new Parts().Made += () => { };",
            "partial class Parts { public partial event Action Made; } partial class Parts { public partial event Action Made { add { } remove { } } }"),
        new("a file-local type", "Hidden hidden = new() { Value = v }; V r = hidden.Value;", "file class Hidden { public V Value = null!; }"),
        new("a generic type", "Box<V> box = new(v); V r = box.Value;", "class Box<T>(T value) where T : class { public T Value => value; }"),
        Construct.Beside("constraints", """
            n += Size<int, string, object, List<int>, V>();
            static int Size<A, B, C, D, E>()
                where A : struct where B : class where C : new() where D : IEnumerable<A>, new() where E : notnull, allows ref struct => 1;
            """, """
            interface IEmpty<out T, in U>;
            [Marked<int>(3, Name = "a")] enum Kind : byte { First, Second = 3 }
            [AttributeUsage(AttributeTargets.All)]
            class MarkedAttribute<T>(int number) : Attribute { public string? Name { get; set; } public int Number => number; }
            """),
        Construct.Beside("a constraint of an override", "new Child().Take(n);", """
            abstract class Parent { public abstract void Take<T>(T? value); }
            class Child : Parent { public override void Take<T>(T? value) where T : default { } }
            """),
        Construct.Beside("a nested type and a static class",
            "n = Outer.Inner.Size + global::System.Math.Abs(n) + Known.Count;",
            """
            static class Outer { public static class Inner { public const int Size = 2; } } static class Known { public static int Count { get; set; }
            = 1; }
            """),
        new("overload priority", "V r = Pick.Of(v);", """
            static class Pick
            {
                [System.Runtime.CompilerServices.OverloadResolutionPriority(1)] public static V Of(object value) => (V)value;
                public static V Of(V value) => null!;
            }
            """),
        Construct.Beside("a fixed buffer", "unsafe { Raw raw = new(); raw.Many[0] = 3; n = raw.Many[0]; }", "unsafe struct Raw { public fixed int Many[4]; }"),
        Construct.Beside("an extern method",
            "if (n < -5) Native.Missing();",
            "static class Native { [System.Runtime.InteropServices.DllImport(\"missing\")] public static extern void Missing(); }"),
        Construct.Beside("a module initializer",
            "n += Start.Count;",
            "static class Start { public static int Count; [System.Runtime.CompilerServices.ModuleInitializer] internal static void Run() => Count++; }"),
        new("a thread-static field", "Kept.KeptHere = v; V r = Kept.KeptHere;", "static class Kept { [ThreadStatic] public static V KeptHere = null!; }"),
        Construct.Beside("an async entry of a type",
            "n += Later.Run().Result;",
            "static class Later { public static async Task<int> Run() { await Task.Yield(); int held = await Task.FromResult(2); return held; } }"),
    ];
}
